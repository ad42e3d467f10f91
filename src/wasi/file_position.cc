// Where a file is read and written, and what the host should do with its pages.
#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "wasi/functions.h"

namespace wherry::wasi {
namespace {

// whence: set, cur, end in preview 1; cur, end, set in wasi_unstable.
ErrnoOr<int> host_whence(Edition edition, uint32_t whence) {
  constexpr int kPreview1[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  constexpr int kUnstable[] = {SEEK_CUR, SEEK_END, SEEK_SET};
  if (whence > 2) return refuse(Errno::inval);
  return edition == Edition::Preview1 ? kPreview1[whence] : kUnstable[whence];
}

ErrnoOr<> seek(const Descriptor& descriptor, Memory& memory, int64_t offset, int whence,
               uint32_t result) {
  if (descriptor.host_fd() < 0) return refuse(Errno::spipe);
  off_t position = lseek(descriptor.host_fd(), offset, whence);
  if (position < 0) return refuse_from_host();
  return memory.write(result, static_cast<uint64_t>(position));
}

std::optional<int> host_advice(uint32_t advice) {
  constexpr int kAdvice[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                             POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  if (advice >= std::size(kAdvice)) return std::nullopt;
  return kAdvice[advice];
}

// A virtual folder and a stream object have nothing to bring to a disk.
ErrnoOr<> synchronize(const Descriptor& descriptor, int (*call)(int)) {
  if (descriptor.host_fd() < 0 || call(descriptor.host_fd()) == 0) return {};
  return refuse_from_host();
}

}  // namespace

template <Edition edition>
ErrnoOr<> fd_seek(ProgramState& state, Memory& memory, uint32_t fd, int64_t offset, uint32_t whence,
                  uint32_t result) {
  int host = TRY(host_whence(edition, whence));
  // Asking for the position needs the lesser right only.
  if (offset == 0 && host == SEEK_CUR) return fd_tell(state, memory, fd, result);
  return seek(*TRY(state.descriptors.find(fd, rights::fd_seek)), memory, offset, host, result);
}

template ErrnoOr<> fd_seek<Edition::Unstable>(ProgramState&, Memory&, uint32_t, int64_t, uint32_t,
                                              uint32_t);
template ErrnoOr<> fd_seek<Edition::Preview1>(ProgramState&, Memory&, uint32_t, int64_t, uint32_t,
                                              uint32_t);

// The right to seek implies this one (Typenames, rights: fd_seek).
ErrnoOr<> fd_tell(ProgramState& state, Memory& memory, uint32_t fd, uint32_t result) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, 0));
  if (!(descriptor.base & (rights::fd_tell | rights::fd_seek))) return refuse(Errno::notcapable);
  return seek(descriptor, memory, 0, SEEK_CUR, result);
}

ErrnoOr<> fd_sync(ProgramState& state, Memory&, uint32_t fd) {
  return synchronize(*TRY(state.descriptors.find(fd, rights::fd_sync)), fsync);
}

ErrnoOr<> fd_datasync(ProgramState& state, Memory&, uint32_t fd) {
  return synchronize(*TRY(state.descriptors.find(fd, rights::fd_datasync)), fdatasync);
}

ErrnoOr<> fd_advise(ProgramState& state, Memory&, uint32_t fd, uint64_t offset, uint64_t size_bytes,
                    uint32_t advice) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_advise));
  auto host = host_advice(advice);
  if (!host || offset > INT64_MAX || size_bytes > INT64_MAX) return refuse(Errno::inval);
  if (descriptor.is_directory()) return refuse(Errno::badf);
  if (descriptor.host_fd() < 0) return refuse(Errno::spipe);
  int error = posix_fadvise(descriptor.host_fd(), static_cast<off_t>(offset),
                            static_cast<off_t>(size_bytes), *host);
  if (error != 0) return refuse(errno_from_host(error));
  return {};
}

// By fallocate(2) and not posix_fallocate(3), whose substitute for file systems without it writes
// every block.
ErrnoOr<> fd_allocate(ProgramState& state, Memory&, uint32_t fd, uint64_t offset,
                      uint64_t size_bytes) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, rights::fd_allocate));
  if (offset > INT64_MAX || size_bytes > INT64_MAX) return refuse(Errno::inval);
  if (descriptor.host_fd() < 0) return refuse(Errno::spipe);
  auto change = TRY(state.quotas.grow(state, descriptor, offset + size_bytes));
  const int failed = fallocate(descriptor.host_fd(), 0, static_cast<off_t>(offset),
                               static_cast<off_t>(size_bytes));
  if (failed != 0) return refuse_from_host();
  change.settle();
  return {};
}

}  // namespace wherry::wasi
