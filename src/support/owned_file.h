// Files whose word counts as much as their writer's: configuration, policies.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "support/file.h"
#include "support/result.h"

namespace wherry {

struct OwnedFileOptions {
  bool of_root = false;  // root's alone; else root's or the caller's own
  uint64_t size_bytes_max;
};

// The content, or nullopt where there is no such file. Errors: Denied for a file that is somebody
// else's, or that group or others can write; Invalid for what is no regular file, or too large; Io.
Result<std::optional<std::string>> read_owned_file(const fs::path& path,
                                                   const OwnedFileOptions& options);

}  // namespace wherry
