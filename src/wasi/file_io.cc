// fd_read, fd_write and their forms with an offset.
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "wasi/buffers.h"
#include "wasi/denial.h"
#include "wasi/functions.h"

namespace wherry::wasi {
namespace {

std::span<std::byte> bytes_of(const iovec& buffer) {
  return {static_cast<std::byte*>(buffer.iov_base), buffer.iov_len};
}

ErrnoOr<size_t> read_stream(InputStream& stream, const Buffers& buffers) {
  size_t total = 0;
  for (const iovec& buffer : buffers.span()) {
    if (buffer.iov_len == 0) continue;
    size_t got = stream.read(bytes_of(buffer));
    total += got;
    if (got < buffer.iov_len) break;
  }
  return total;
}

ErrnoOr<size_t> write_stream(OutputStream& stream, const Buffers& buffers) {
  size_t total = 0;
  for (const iovec& buffer : buffers.span()) {
    if (buffer.iov_len == 0) continue;
    if (!stream.write(bytes_of(buffer))) return refuse(Errno::nospc);
    total += buffer.iov_len;
  }
  return total;
}

// A standard stream's descriptor is shared with other processes (our shell's terminal, for one), so
// O_NONBLOCK is never set on it; we look first instead.
ErrnoOr<> check_would_block(const Descriptor& descriptor, short event) {
  if (descriptor.kind != Descriptor::Kind::Stream || !(descriptor.stream_flags & fdflags::nonblock))
    return {};
  pollfd ready{.fd = descriptor.borrowed_fd, .events = event, .revents = 0};
  int count = ::poll(&ready, 1, 0);
  if (count < 0) return refuse_from_host();
  if (count == 0) return refuse(Errno::again);
  return {};
}

// A connection that the other side closed is an error of the call, not a signal that ends us.
ssize_t write_to_host(const Descriptor& descriptor, const Buffers& buffers) {
  if (descriptor.kind != Descriptor::Kind::Socket)
    return writev(descriptor.host_fd(), buffers.data(), buffers.size());
  msghdr message = buffers.message();
  return sendmsg(descriptor.host_fd(), &message, MSG_NOSIGNAL);
}

// A standard stream that is closed to the guest may be one that it was not given.
ErrnoOr<const Descriptor*> find_open(ProgramState& state, uint32_t fd, Rights needed) {
  constexpr uint32_t kStreams = 3;
  auto found = state.descriptors.find(fd, needed);
  if (!found && found.error() == Errno::badf && fd < kStreams)
    tell_lack(state, Lack::StandardStream, fd);
  return found;
}

// As write_to_host, of a file's own position, which moves on. A file that appends does so anyway.
ssize_t write_at(const Descriptor& descriptor, const Buffers& buffers, uint64_t offset) {
  const int fd = descriptor.host_fd();
  const ssize_t written = pwritev(fd, buffers.data(), buffers.size(), static_cast<off_t>(offset));
  if (written > 0) lseek(fd, static_cast<off_t>(offset) + written, SEEK_SET);
  return written;
}

void tell_stream_use(const ProgramState& state, const Descriptor& descriptor, uint32_t fd) {
  constexpr const char* kNames[] = {"stdin", "stdout", "stderr"};
  if (state.options.on_use && descriptor.kind == Descriptor::Kind::Stream && fd < std::size(kNames))
    state.options.on_use({.kind = Use::Kind::Stream, .name = kNames[fd]});
}

ErrnoOr<> write_size(Memory& memory, uint32_t result, ssize_t size_bytes) {
  if (size_bytes < 0) return refuse_from_host();
  return memory.write(result, static_cast<uint32_t>(size_bytes));
}

ErrnoOr<off_t> host_offset(uint64_t offset) {
  if (offset > INT64_MAX) return refuse(Errno::inval);
  return static_cast<off_t>(offset);
}

}  // namespace

ErrnoOr<> fd_read(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                  uint32_t count, uint32_t size_result) {
  const Descriptor& descriptor = *TRY(find_open(state, fd, rights::fd_read));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  tell_stream_use(state, descriptor, fd);
  if (descriptor.input) {
    std::scoped_lock lock(state.streams);
    return memory.write(size_result,
                        static_cast<uint32_t>(TRY(read_stream(*descriptor.input, list))));
  }
  if (descriptor.host_fd() < 0) return refuse(Errno::badf);
  TRY(check_would_block(descriptor, POLLIN));
  return write_size(memory, size_result, readv(descriptor.host_fd(), list.data(), list.size()));
}

ErrnoOr<> fd_write(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                   uint32_t count, uint32_t size_result) {
  const Descriptor& descriptor = *TRY(find_open(state, fd, rights::fd_write));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  tell_stream_use(state, descriptor, fd);
  if (descriptor.output) {
    std::scoped_lock lock(state.streams);
    return memory.write(size_result,
                        static_cast<uint32_t>(TRY(write_stream(*descriptor.output, list))));
  }
  if (descriptor.host_fd() < 0) return refuse(Errno::badf);
  TRY(check_would_block(descriptor, POLLOUT));
  auto change = TRY(state.quotas.write(state, descriptor, list.size_bytes()));
  const ssize_t written = change.offset() ? write_at(descriptor, list, *change.offset())
                                          : write_to_host(descriptor, list);
  const ErrnoOr<> outcome = write_size(memory, size_result, written);
  change.settle();
  return outcome;
}

ErrnoOr<> fd_pread(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                   uint32_t count, uint64_t offset, uint32_t size_result) {
  const Descriptor& descriptor =
      *TRY(state.descriptors.find(fd, rights::fd_read | rights::fd_seek));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  if (descriptor.host_fd() < 0) return refuse(Errno::spipe);
  off_t host = TRY(host_offset(offset));
  return write_size(memory, size_result,
                    preadv(descriptor.host_fd(), list.data(), list.size(), host));
}

// On a descriptor with O_APPEND, Linux' pwritev appends whatever the offset is; we leave it at
// that.
ErrnoOr<> fd_pwrite(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                    uint32_t count, uint64_t offset, uint32_t size_result) {
  const Descriptor& descriptor =
      *TRY(state.descriptors.find(fd, rights::fd_write | rights::fd_seek));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  if (descriptor.host_fd() < 0) return refuse(Errno::spipe);
  off_t host = TRY(host_offset(offset));
  auto change = TRY(state.quotas.write(state, descriptor, list.size_bytes(), offset));
  const ErrnoOr<> outcome = write_size(
      memory, size_result, pwritev(descriptor.host_fd(), list.data(), list.size(), host));
  change.settle();
  return outcome;
}

}  // namespace wherry::wasi
