// Where `wherry load` reads from: a tar archive or a folder, seen as files by path. It is gone
// through from its beginning as often as needed.
#pragma once

#include <functional>
#include <string>

#include "oci/tar_layer.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

// One file on the way past; what is not read is passed over.
struct SourceFile {
  std::string path;  // relative, normal
  uint64_t size_bytes;
  std::function<Result<size_t>(std::span<std::byte>)> read;  // 0 at the end
};

// Told of a symbolic link in an archive: its path, and what it says, which may lead anywhere.
// Nobody follows it but whoever looks the target up among the archive's files.
using LinkListener = std::function<void(const std::string& path, const std::string& target)>;

class ArchiveSource {
 public:
  // Errors: NotFound, Denied, Io.
  static Result<ArchiveSource> open(const fs::path& path);

  // Calls `visit` for every file, in the source's order; its error ends the walk. Of a folder only
  // what a layout has: index.json, oci-layout and blobs/sha256.
  // Errors: as TarReader's; Malformed for a folder with links or devices.
  Result<> visit(const std::function<Result<>(SourceFile&)>& visit,
                 const LinkListener& on_link = {}) const;

 private:
  ArchiveSource(fs::path path, bool is_folder) : path_(std::move(path)), is_folder_(is_folder) {}
  fs::path path_;
  bool is_folder_;
};

// Errors: Invalid beyond the limit; the source's.
Result<std::string> read_text(SourceFile& file, uint64_t size_bytes_max);

}  // namespace wherry::oci
