#include "builder/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>

namespace wherry::builder {

Result<TemporaryFolder> TemporaryFolder::create() {
  const char* parent = ::getenv("TMPDIR");
  if (!parent || *parent != '/') parent = "/tmp";
  std::string path = std::string(parent) + "/wherry-build-XXXXXX";
  if (!::mkdtemp(path.data()))
    return std::unexpected(
        system_error(errno, fmt::format("making a temporary folder in {}", parent)));
  return TemporaryFolder(path);
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // a destructor has nobody to tell; the system clears /tmp in the end
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace wherry::builder
