// Says that a file or folder of a store is in use, so that nobody deletes it meanwhile: a shared
// lock (flock) on the thing itself, which ends with its holder, however that ends. Whoever deletes
// asks for the lock alone, and leaves what it does not get; `wherry prune` finds it later.
#pragma once

#include <optional>
#include <utility>

#include "support/file.h"

namespace wherry::oci {

class UseLock {
 public:
  // Nothing where it is not there, or is being deleted.
  static std::optional<UseLock> take(const fs::path& path);

 private:
  explicit UseLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

// Whether somebody holds a lock on it.
bool is_used(const fs::path& path);

enum class Removal : uint8_t { Removed, InUse, Failed };

// Deletes a file, unless somebody holds a lock on it.
Removal remove_unless_used(const fs::path& path);
// The same for a folder with all that is in it. It is first moved into `staging`, of the same file
// system, and is gone from its place for good: a process that is killed, or power that is lost,
// leaves all of it there or nothing.
Removal remove_folder_unless_used(const fs::path& folder, const fs::path& staging);

}  // namespace wherry::oci
