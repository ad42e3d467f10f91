#include "oci/use_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdlib>

namespace wherry::oci {

static Fd open_itself(const fs::path& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
}

std::optional<UseLock> UseLock::take(const fs::path& path) {
  Fd fd = open_itself(path);
  struct stat locked, named;
  // Waits for nobody but a deletion that holds it at this very moment.
  if (!fd.valid() || ::flock(fd.get(), LOCK_SH) != 0 || ::fstat(fd.get(), &locked) != 0)
    return std::nullopt;
  if (::lstat(path.c_str(), &named) != 0 || named.st_ino != locked.st_ino ||
      named.st_dev != locked.st_dev)
    return std::nullopt;  // it was deleted between the two calls
  return UseLock(std::move(fd));
}

bool is_used(const fs::path& path) {
  Fd fd = open_itself(path);
  return fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
}

Removal remove_unless_used(const fs::path& path) {
  Fd fd = open_itself(path);
  if (fd.valid() && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? Removal::InUse : Removal::Failed;
  std::error_code error;
  fs::remove_all(path, error);  // of a symbolic link, which open_itself refuses: the link
  return error ? Removal::Failed : Removal::Removed;
}

static Result<> move_away(const fs::path& folder, const fs::path& staging, fs::path& moved) {
  TRY(make_directories(staging));
  std::string place = (staging / "removed.XXXXXX").string();
  // An empty folder may be renamed over.
  if (!::mkdtemp(place.data()) || ::rename(folder.c_str(), place.c_str()) != 0)
    return std::unexpected(system_error(errno, "removing " + folder.string()));
  moved = place;
  return sync_folder(folder.parent_path());
}

Removal remove_folder_unless_used(const fs::path& folder, const fs::path& staging) {
  Fd fd = open_itself(folder);
  if (!fd.valid()) return errno == ENOENT ? Removal::Removed : Removal::Failed;
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0)
    return errno == EWOULDBLOCK ? Removal::InUse : Removal::Failed;
  fs::path moved;
  if (!move_away(folder, staging, moved)) return Removal::Failed;
  std::error_code ignored;  // what stays is found there by the next change of the store
  fs::remove_all(moved, ignored);
  return Removal::Removed;
}

}  // namespace wherry::oci
