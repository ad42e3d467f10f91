// Makes images: a module, what is said of it, and the files that go with it, in one of the formats
// that are written (docs/formats/images.md). Only for the programs that link libarchive. The same
// input gives the same digest on every machine; $SOURCE_DATE_EPOCH is part of the input.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/image_store.h"
#include "support/result.h"

namespace wherry::oci {

enum class ImageFormat : uint8_t {
  Artifact,  // the CNCF Wasm OCI artifact
  Legacy,    // wasm-to-oci's and Krustlet's
  Image,     // an ordinary image, FROM scratch
  Index,     // an index of the first and the third
};
// "artifact", "legacy", "image", "index"
const char* to_string(ImageFormat format);
// Errors: Invalid names the words.
Result<ImageFormat> parse_image_format(std::string_view word);

// A file of the image beside the module.
struct AssetFile {
  std::string path;  // in the image: "static/index.html", as TarEntry::path has it
  fs::path source;
};
// All files below `folder`, at `below` in the image ("static"; "" for the root), sorted by path.
// Errors: Invalid for what is no regular file and no folder, and beyond the limits of tar layers;
// NotFound, Denied, Io.
Result<std::vector<AssetFile>> find_assets(const fs::path& folder, const std::string& below);

// What goes into an image: bytes in memory, or a file of the store, which is gone through in
// pieces.
class ContentSource {
 public:
  ContentSource(ByteSpan bytes) : bytes_(bytes), size_bytes_(bytes.size()) {}  // borrowed
  ContentSource(fs::path file, const Descriptor& blob)
      : file_(std::move(file)), digest_(blob.digest), size_bytes_(blob.size_bytes) {}

  uint64_t size_bytes() const { return size_bytes_; }
  // The first, 8 of them where there are so many. Errors: those of reading the file.
  Result<Bytes> beginning() const;
  // Gives all of them to `take`, in order. Errors: its own; Malformed for a file that is not what
  // it should be; NotFound, Io.
  Result<> read(const std::function<Result<>(ByteSpan piece)>& take) const;

 private:
  ByteSpan bytes_;
  fs::path file_;  // empty: `bytes_`
  Digest digest_;
  uint64_t size_bytes_;
};

struct ImageContents {
  ContentSource module;
  ImageConfig config;
  std::vector<AssetFile> assets = {};  // in any order
  std::optional<uint64_t> created_s = {};
};

// An image that is not in the store yet, but for its blobs' being staged there. Destroyed, it
// leaves nothing.
struct PackedImage {
  std::string manifest_json;      // of an index: the index
  std::vector<BlobWriter> blobs;  // finished; of an index: its manifests among them
};
// Errors: Invalid for what is no module, for assets, arguments and variables in a format that
// cannot hold them, and for two files of one path; Io.
Result<PackedImage> pack_image(ImageStore& store, const ImageContents& contents,
                               ImageFormat format);

// Packs `image`, which stays as it is, anew: module, request for permissions, trigger, title and
// files are kept, and so is what its config says of the time. What `wherry build --format` would
// have made of the same input has the same digest. The result's blobs are staged in `store`, to be
// read at BlobWriter::path(). Errors: those of pack_image; Malformed for an image that is damaged
// in the store.
Result<PackedImage> convert_image(ImageStore& store, const Image& image, ImageFormat format);

}  // namespace wherry::oci
