// Changes of the registry's folder that survive a power failure: what has returned is on the disk,
// names included, and what has not returned is there whole or not at all.
//
// Errors, here and above: Unavailable where there is no space left (disk or quota), else as
// support/file.h has them.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/file.h"
#include "support/result.h"

namespace wherry::registry {

Error disk_error(int error_number, std::string message);

// mkdir -p, each new folder's name synced.
Result<> make_folders(const fs::path& path);

// fsync of a folder: its names.
Result<> sync_folder(const fs::path& path);

// Writes and syncs `temporary`, and renames it to `path`, whose folder is made where it is missing.
Result<> write_file(const fs::path& temporary, const fs::path& path, ByteSpan content);

// An empty file whose name is what counts. One that is there becomes as new.
Result<> make_mark(const fs::path& path);

// Makes a file as new as if it were written now; false where there is none. Not synced.
Result<bool> touch_file(const fs::path& path);

// How long nobody has written or touched it; nullopt where it is not there.
std::optional<std::chrono::seconds> age_of(const fs::path& path);

// False where there was none.
Result<bool> remove_file(const fs::path& path);

// A regular file; nullopt where there is none. A link is an error, since we make none.
struct Content {
  Fd file;
  uint64_t size_bytes;
};
Result<std::optional<Content>> open_content(const fs::path& path, int flags);

// All of a file that we wrote, within that size.
Result<std::optional<std::string>> read_text(const fs::path& path, uint64_t size_bytes_max);

// Across short writes; `offset` is where in the file.
Result<> write_at(int fd, ByteSpan content, uint64_t offset);

// The names in a folder, unsorted; none where there is no such folder.
Result<std::vector<std::string>> list_folder(const fs::path& path);

}  // namespace wherry::registry
