#include "support/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

namespace wherry {

void Fd::reset(int fd) {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

void Mapping::reset() {
  if (base_) ::munmap(base_, size_bytes_);
  base_ = nullptr;
  size_bytes_ = 0;
}

Result<Fd> open_file(const fs::path& path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::unexpected(system_error(errno, path.string()));
  return Fd(fd);
}

// Opens a regular file and says how large it is, within the limit.
static Result<std::pair<Fd, size_t>> open_regular(const fs::path& path,
                                                  const ReadOptions& options) {
  Fd fd = TRY(open_file(path));
  struct stat status;
  if (::fstat(fd.get(), &status) != 0) return std::unexpected(system_error(errno, path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::Invalid, "{}: is no regular file", path.string());
  auto size_bytes = static_cast<uint64_t>(status.st_size);
  if (size_bytes > options.size_bytes_max)
    return fail(ErrorCode::Invalid, "{}: {} bytes exceed the limit of {} bytes", path.string(),
                size_bytes, options.size_bytes_max);
  return std::pair(std::move(fd), static_cast<size_t>(size_bytes));
}

Result<Mapping> map_file(const fs::path& path, const ReadOptions& options) {
  auto [fd, size_bytes] = TRY(open_regular(path, options));
  if (size_bytes == 0) return Mapping();
  void* base = ::mmap(nullptr, size_bytes, PROT_READ, MAP_PRIVATE, fd.get(), 0);
  if (base == MAP_FAILED) return std::unexpected(system_error(errno, "mapping " + path.string()));
  return Mapping(static_cast<std::byte*>(base), size_bytes);
}

Result<Bytes> read_file(const fs::path& path, const ReadOptions& options) {
  auto [fd, size_bytes] = TRY(open_regular(path, options));
  Bytes bytes(size_bytes);
  size_t done = 0;
  while (done < size_bytes) {
    ssize_t count = ::read(fd.get(), bytes.data() + done, size_bytes - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
    if (count == 0) break;
    done += static_cast<size_t>(count);
  }
  bytes.resize(done);
  return bytes;
}

Result<AtomicFile> AtomicFile::create(const fs::path& path, unsigned mode) {
  // Root could put a file in the place of /dev/null.
  struct stat status;
  if (::stat(path.c_str(), &status) == 0 && (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)))
    return fail(ErrorCode::Invalid, "{}: is a device (name a file)", path.string());
  std::string temporary = (path.parent_path() / ".").string();
  temporary.append(path.filename().string()).append(".XXXXXX");
  int fd = ::mkostemp(temporary.data(), O_CLOEXEC);
  if (fd < 0) return std::unexpected(system_error(errno, "creating " + path.string()));
  AtomicFile file(Fd(fd), temporary, path);
  if (::fchmod(fd, mode) != 0)
    return std::unexpected(system_error(errno, "creating " + path.string()));
  return file;
}

AtomicFile::AtomicFile(AtomicFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      temporary_(std::exchange(other.temporary_, {})),
      path_(std::move(other.path_)) {}

AtomicFile::~AtomicFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Result<> AtomicFile::write(ByteSpan bytes) {
  return with_context(write_all(fd_.get(), bytes), "writing {}", path_.string());
}

static fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

Result<> sync_folder(const fs::path& folder) {
  Fd directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!directory.valid() || ::fsync(directory.get()) != 0)
    return std::unexpected(system_error(errno, "writing " + folder.string()));
  return {};
}

Result<> AtomicFile::commit() {
  if (::fsync(fd_.get()) != 0 || ::rename(temporary_.c_str(), path_.c_str()) != 0)
    return std::unexpected(system_error(errno, "writing " + path_.string()));
  temporary_.clear();
  // The name itself must survive a power failure too.
  return sync_folder(folder_of(path_));
}

Result<> write_file_atomic(const fs::path& path, ByteSpan bytes, unsigned mode) {
  AtomicFile file = TRY(AtomicFile::create(path, mode));
  TRY(file.write(bytes));
  return file.commit();
}

Result<> make_directories(const fs::path& path, unsigned mode) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) {
    if (S_ISDIR(status.st_mode)) return {};
    return fail(ErrorCode::Io, "{}: exists and is no folder", path.string());
  }
  if (path.has_parent_path() && path.parent_path() != path)
    TRY(make_directories(path.parent_path(), mode));
  // Another process may make it at the same time.
  if (::mkdir(path.c_str(), mode) != 0 && errno != EEXIST)
    return std::unexpected(system_error(errno, "creating folder " + path.string()));
  return {};
}

Result<> make_durable_directories(const fs::path& path, unsigned mode) {
  struct stat status;
  if (::stat(path.c_str(), &status) == 0) return make_directories(path, mode);
  const fs::path parent = folder_of(path);
  if (parent != path) TRY(make_durable_directories(parent, mode));
  TRY(make_directories(path, mode));
  return sync_folder(parent);
}

Result<> write_all(int fd, ByteSpan bytes) {
  while (!bytes.empty()) {
    ssize_t count = ::write(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::unexpected(system_error(errno, "write"));
    bytes = bytes.subspan(static_cast<size_t>(count));
  }
  return {};
}

Result<FileLock> FileLock::acquire(const fs::path& path) {
  Fd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return std::unexpected(system_error(errno, "locking " + path.string()));
  while (::flock(fd.get(), LOCK_EX) != 0)
    if (errno != EINTR) return std::unexpected(system_error(errno, "locking " + path.string()));
  return FileLock(std::move(fd));
}

}  // namespace wherry
