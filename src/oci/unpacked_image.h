// What an image's layers hold, unpacked in its store, for images whose module is no blob of its
// own:
//
//   unpacked/<hex of the manifest's digest>/
//     module.wasm    the module; absent where that is a blob by itself, and only files are unpacked
//     module.json    {"digest":"sha256:…","size":N,"folders":["/static"],"files":"sha256:…"}:
//                    what module.wasm was when it was unpacked, which of the image's folders the
//                    guest is to see, and the files' digest (tree_digest), for `wherry fsck`
//     files/         the image's files, for the guest to read; absent where there are none but the
//                    module
//
// Made when an image comes into the store, so that a start needs nothing but to look: unpacking is
// for the programs that link libarchive (image_unpacking.h). A folder is made in staging and
// renamed into place, whole; it goes with its manifest.
//
// Trust: the folder is the store's own, as its blobs are. What runs is checked all the same: the
// digest in module.json names the artifact that is taken or compiled, and the compiler's artifact
// carries the digest of the bytes that it read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/manifest.h"
#include "oci/use_lock.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

// Where it is, or would be.
fs::path unpacked_path(const fs::path& store, const Digest& manifest);

// Takes it away, unless somebody uses it.
Removal remove_unpacked(const fs::path& store, const Digest& manifest);

// The image's files, of which the guest reads some folders.
struct ImageFiles {
  fs::path root;                     // empty: none
  std::vector<std::string> folders;  // absolute in the guest and below `root`: "/static", or "/"
};

struct UnpackedImage {
  std::optional<Descriptor> module;  // where it is unpacked
  fs::path module_path;
  ImageFiles files;
  std::optional<Digest> files_digest = {};  // none of what older versions have unpacked
};
// Nothing where the image is not unpacked. Errors: Malformed for a folder that is damaged.
Result<std::optional<UnpackedImage>> find_unpacked(const fs::path& store, const Digest& manifest);

// A folder on its way into `unpacked`, locked (flock) while its writer lives, as a BlobWriter's
// file is. Destroyed before publish(), it leaves nothing.
class UnpackedWriter {
 public:
  static Result<UnpackedWriter> create(const fs::path& store);
  ~UnpackedWriter();
  UnpackedWriter(UnpackedWriter&& other) noexcept;
  UnpackedWriter& operator=(UnpackedWriter&&) = delete;

  fs::path module_path() const { return folder_ / "module.wasm"; }
  fs::path files() const { return folder_ / "files"; }
  // Says what the module is, where it was unpacked, and makes all that was written durable.
  Result<> finish(const std::optional<Descriptor>& module,
                  const std::vector<std::string>& folders = {});
  // Moves it to its place; false where another process has done so already.
  Result<bool> publish(const Digest& manifest);

 private:
  UnpackedWriter(Fd fd, fs::path store, fs::path folder)
      : fd_(std::move(fd)), store_(std::move(store)), folder_(std::move(folder)) {}

  Fd fd_;
  fs::path store_;
  fs::path folder_;  // empty once published
};

}  // namespace wherry::oci
