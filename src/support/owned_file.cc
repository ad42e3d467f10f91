#include "support/owned_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace wherry {

// Who else may have written it.
static Result<> check_owner(int fd, const fs::path& path, bool of_root) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::unexpected(system_error(errno, path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::Invalid, "{} is no regular file", path.string());
  const bool is_owned = status.st_uid == 0 || (!of_root && status.st_uid == geteuid());
  if (!is_owned)
    return fail(ErrorCode::Denied,
                "{} belongs to user {}, who could grant anything (chown it to {})", path.string(),
                status.st_uid, of_root ? "root" : "root or yourself");
  if (status.st_mode & (S_IWGRP | S_IWOTH))
    return fail(ErrorCode::Denied, "{} can be written by others (chmod go-w it)", path.string());
  return {};
}

static Result<std::string> read_all(int fd, const fs::path& path, uint64_t size_bytes_max) {
  std::string text;
  for (;;) {
    char chunk[4096];
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > size_bytes_max)
      return fail(ErrorCode::Invalid, "{} exceeds the limit of {} bytes", path.string(),
                  size_bytes_max);
  }
}

Result<std::optional<std::string>> read_owned_file(const fs::path& path,
                                                   const OwnedFileOptions& options) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid() && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (!fd.valid()) return std::unexpected(system_error(errno, path.string()));
  TRY(check_owner(fd.get(), path, options.of_root));
  return TRY(read_all(fd.get(), path, options.size_bytes_max));
}

}  // namespace wherry
