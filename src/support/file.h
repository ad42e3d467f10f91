// Files and descriptors: owned handles, bounded reads, writes that are whole or not there at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>

#include "support/bytes.h"
#include "support/result.h"

namespace wherry {

namespace fs = std::filesystem;

// An owned file descriptor, closed with the object. Every Fd of ours is O_CLOEXEC.
class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1);

 private:
  int fd_ = -1;
};

// An owned private mapping of a file or of anonymous memory.
class Mapping {
 public:
  Mapping() = default;
  // Takes over [base, base + size_bytes), which mmap returned.
  Mapping(std::byte* base, size_t size_bytes) : base_(base), size_bytes_(size_bytes) {}
  ~Mapping() { reset(); }
  Mapping(Mapping&& other) noexcept
      : base_(std::exchange(other.base_, nullptr)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  Mapping& operator=(Mapping&& other) noexcept {
    if (this != &other) {
      reset();
      base_ = std::exchange(other.base_, nullptr);
      size_bytes_ = std::exchange(other.size_bytes_, 0);
    }
    return *this;
  }

  std::byte* base() const { return base_; }
  size_t size_bytes() const { return size_bytes_; }
  ByteSpan bytes() const { return {base_, size_bytes_}; }
  void reset();
  // Gives it up without unmapping it.
  void release() { base_ = nullptr, size_bytes_ = 0; }

 private:
  std::byte* base_ = nullptr;
  size_t size_bytes_ = 0;
};

// Opens for reading. Errors: NotFound, Denied, Io.
Result<Fd> open_file(const fs::path& path);

// Maps a regular file for reading; an empty file gives an empty mapping.
// Errors: as open_file; Invalid when it is no regular file or exceeds size_bytes_max.
struct ReadOptions {
  uint64_t size_bytes_max;
};
Result<Mapping> map_file(const fs::path& path, const ReadOptions& options);
Result<Bytes> read_file(const fs::path& path, const ReadOptions& options);

// A file being written beside its final place: written, fsynced, renamed. Destroyed before
// commit(), it leaves nothing.
class AtomicFile {
 public:
  // The temporary file is made in `path`'s folder, which must exist. `mode` is the permission bits.
  // Errors: Invalid for a device; Io, Denied.
  static Result<AtomicFile> create(const fs::path& path, unsigned mode = 0644);
  ~AtomicFile();
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;

  int fd() const { return fd_.get(); }
  Result<> write(ByteSpan bytes);
  // fsync, rename over `path`, fsync of the folder. At most once.
  Result<> commit();

 private:
  AtomicFile(Fd fd, fs::path temporary, fs::path path)
      : fd_(std::move(fd)), temporary_(std::move(temporary)), path_(std::move(path)) {}

  Fd fd_;
  fs::path temporary_;  // empty once committed
  fs::path path_;
};

Result<> write_file_atomic(const fs::path& path, ByteSpan bytes, unsigned mode = 0644);

// mkdir -p; new folders get `mode`.
Result<> make_directories(const fs::path& path, unsigned mode = 0755);

// The same, with each new folder's name on disk: it survives power loss.
Result<> make_durable_directories(const fs::path& path, unsigned mode = 0755);

// fsync of a folder: the names in it, as they are now, survive power loss.
Result<> sync_folder(const fs::path& folder);

// Writes everything, across short writes and EINTR.
Result<> write_all(int fd, ByteSpan bytes);

// An exclusive lock on a lock file, held by the object (flock). Waits for the holder.
class FileLock {
 public:
  static Result<FileLock> acquire(const fs::path& path);

 private:
  explicit FileLock(Fd fd) : fd_(std::move(fd)) {}
  Fd fd_;
};

}  // namespace wherry
