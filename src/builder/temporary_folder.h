// A folder of the build's own, readable by its user alone, removed with all its content at the end.
#pragma once

#include <utility>

#include "support/file.h"
#include "support/result.h"

namespace wherry::builder {

class TemporaryFolder {
 public:
  // In $TMPDIR, else /tmp. Errors: Denied, Io name it.
  static Result<TemporaryFolder> create();
  ~TemporaryFolder();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;

  const fs::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(fs::path path) : path_(std::move(path)) {}
  fs::path path_;  // absolute; empty once moved from
};

}  // namespace wherry::builder
