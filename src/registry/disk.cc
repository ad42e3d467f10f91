#include "registry/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <memory>

namespace wherry::registry {

Error disk_error(int error_number, std::string message) {
  Error error = system_error(error_number, std::move(message));
  if (error_number == ENOSPC || error_number == EDQUOT) error.code = ErrorCode::Unavailable;
  return error;
}

static std::unexpected<Error> failed(const char* doing, const fs::path& path) {
  return std::unexpected(disk_error(errno, fmt::format("{} {}", doing, path.string())));
}

Result<> sync_folder(const fs::path& path) {
  Fd folder(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.valid() || ::fsync(folder.get()) != 0) return failed("syncing", path);
  return {};
}

Result<> make_folders(const fs::path& path) {
  if (::mkdir(path.c_str(), 0755) == 0) return sync_folder(path.parent_path());
  if (errno == EEXIST) return {};
  if (errno != ENOENT) return failed("making", path);
  TRY(make_folders(path.parent_path()));
  if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return failed("making", path);
  return sync_folder(path.parent_path());
}

Result<> write_file(const fs::path& temporary, const fs::path& path, ByteSpan content) {
  TRY(make_folders(path.parent_path()));
  Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (!file.valid()) return failed("creating", temporary);
  Result<> written = write_at(file.get(), content, 0);
  if (written && (::fsync(file.get()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0))
    written = failed("writing", path);
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_folder(path.parent_path());
}

Result<> make_mark(const fs::path& path) {
  TRY(make_folders(path.parent_path()));
  Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644));
  if (!file.valid() || ::futimens(file.get(), nullptr) != 0) return failed("creating", path);
  return sync_folder(path.parent_path());
}

Result<bool> touch_file(const fs::path& path) {
  if (::utimensat(AT_FDCWD, path.c_str(), nullptr, AT_SYMLINK_NOFOLLOW) == 0) return true;
  if (errno == ENOENT || errno == ENOTDIR) return false;
  return failed("touching", path);
}

std::optional<std::chrono::seconds> age_of(const fs::path& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::nullopt;
  return std::chrono::seconds(std::max<std::time_t>(0, std::time(nullptr) - status.st_mtime));
}

Result<bool> remove_file(const fs::path& path) {
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return false;
    return failed("removing", path);
  }
  TRY(sync_folder(path.parent_path()));
  return true;
}

Result<std::optional<Content>> open_content(const fs::path& path, int flags) {
  Fd file(::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) {
    if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
    return failed("opening", path);
  }
  struct stat status{};
  if (::fstat(file.get(), &status) != 0) return failed("opening", path);
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::Malformed, "{} is no regular file", path.string());
  return Content{.file = std::move(file), .size_bytes = static_cast<uint64_t>(status.st_size)};
}

Result<std::optional<std::string>> read_text(const fs::path& path, uint64_t size_bytes_max) {
  std::optional<Content> content = TRY(open_content(path, O_RDONLY));
  if (!content) return std::nullopt;
  if (content->size_bytes > size_bytes_max)
    return fail(ErrorCode::Malformed, "{} has {} bytes, more than the {} it may have",
                path.string(), content->size_bytes, size_bytes_max);
  std::string text(content->size_bytes, '\0');
  for (size_t done = 0; done < text.size();) {
    const ssize_t count = ::pread(content->file.get(), text.data() + done, text.size() - done,
                                  static_cast<off_t>(done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return failed("reading", path);
    if (count == 0) return fail(ErrorCode::Malformed, "{} became shorter", path.string());
    done += static_cast<size_t>(count);
  }
  return text;
}

Result<> write_at(int fd, ByteSpan content, uint64_t offset) {
  while (!content.empty()) {
    const ssize_t count = ::pwrite(fd, content.data(), content.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(disk_error(errno, "writing"));
    content = content.subspan(static_cast<size_t>(count));
    offset += static_cast<uint64_t>(count);
  }
  return {};
}

Result<std::vector<std::string>> list_folder(const fs::path& path) {
  const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir(path.c_str()), &::closedir);
  std::vector<std::string> names;
  if (!folder) {
    if (errno == ENOENT || errno == ENOTDIR) return names;
    return failed("listing", path);
  }
  errno = 0;
  while (const dirent* entry = ::readdir(folder.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return failed("listing", path);
  return names;
}

}  // namespace wherry::registry
