// sock_*: preview 1's four functions. A socket is made by the host and handed over (--listen), by
// sock_accept, or by the functions of socket_extension.cc; reading and writing it is fd_read's and
// fd_write's as well.
#include <sys/socket.h>

#include "wasi/buffers.h"
#include "wasi/denial.h"
#include "wasi/functions.h"
#include "wasi/socket.h"

namespace wherry::wasi {

int dont_wait_flag(const Descriptor& descriptor) {
  // On our own sockets the kernel keeps the flag; a standard stream is shared with others.
  return descriptor.stream_flags & fdflags::nonblock ? MSG_DONTWAIT : 0;
}

ErrnoOr<int> receive_flags(const Descriptor& descriptor, uint32_t flags) {
  if (flags & ~riflags::kAll) return refuse(Errno::inval);
  int host = dont_wait_flag(descriptor);
  if (flags & riflags::recv_peek) host |= MSG_PEEK;
  if (flags & riflags::recv_waitall) host |= MSG_WAITALL;
  return host;
}

uint16_t received_flags(const msghdr& message) {
  return message.msg_flags & MSG_TRUNC ? roflags::recv_data_truncated : 0;
}

ErrnoOr<const Descriptor*> find_socket(ProgramState& state, uint32_t fd, Rights needed) {
  const Descriptor* descriptor = TRY(state.descriptors.find(fd, 0));
  if (descriptor->kind != Descriptor::Kind::Socket) {
    const FileType type = TRY(file_type(*descriptor));
    if (type != FileType::socket_stream && type != FileType::socket_dgram)
      return refuse(Errno::notsock);
  }
  if ((descriptor->base & needed) != needed) return refuse(Errno::notcapable);
  return descriptor;
}

Descriptor connection_descriptor(Fd socket, Rights base) {
  Descriptor descriptor;
  descriptor.kind = Descriptor::Kind::Socket;
  descriptor.fd = std::move(socket);
  descriptor.base = base;
  return descriptor;
}

ErrnoOr<> sock_accept(ProgramState& state, Memory& memory, uint32_t fd, uint32_t flags,
                      uint32_t fd_result) {
  const Descriptor& listener = *TRY(find_socket(state, fd, rights::sock_accept));
  if (flags & ~fdflags::nonblock) return refuse(Errno::inval);
  TRY(memory.slice(fd_result, sizeof(uint32_t)));
  TRY(check_room(state));  // the connection stays in line
  int host_flags = SOCK_CLOEXEC | (flags & fdflags::nonblock ? SOCK_NONBLOCK : 0);
  Fd socket(accept4(listener.host_fd(), nullptr, nullptr, host_flags));
  if (!socket.valid()) return refuse_from_host();
  uint32_t number =
      TRY(state.descriptors.add(connection_descriptor(std::move(socket), listener.inheriting)));
  return memory.write(fd_result, number);
}

ErrnoOr<> sock_recv(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                    uint32_t count, uint32_t flags, uint32_t size_result, uint32_t flags_result) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::fd_read));
  const int host_flags = TRY(receive_flags(socket, flags));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  // Looked at first: what was received is gone.
  TRY(memory.slice(size_result, sizeof(uint32_t)));
  TRY(memory.slice(flags_result, sizeof(uint16_t)));
  msghdr message = list.message();
  ssize_t size = recvmsg(socket.host_fd(), &message, host_flags);
  if (size < 0) return refuse_from_host();
  TRY(memory.write(size_result, static_cast<uint32_t>(size)));
  return memory.write(flags_result, received_flags(message));
}

ErrnoOr<> sock_send(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                    uint32_t count, uint32_t flags, uint32_t size_result) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::fd_write));
  if (flags != 0) return refuse(Errno::inval);  // siflags: none is defined
  Buffers list;
  TRY(list.load(memory, buffers, count));
  TRY(memory.slice(size_result, sizeof(uint32_t)));
  msghdr message = list.message();
  ssize_t size = sendmsg(socket.host_fd(), &message, MSG_NOSIGNAL | dont_wait_flag(socket));
  if (size < 0) return refuse_from_host();
  return memory.write(size_result, static_cast<uint32_t>(size));
}

ErrnoOr<> sock_shutdown(ProgramState& state, Memory&, uint32_t fd, uint32_t how) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::sock_shutdown));
  if (how == 0 || (how & ~sdflags::kAll)) return refuse(Errno::inval);
  constexpr int kHow[] = {-1, SHUT_RD, SHUT_WR, SHUT_RDWR};
  if (shutdown(socket.host_fd(), kHow[how]) != 0) return refuse_from_host();
  return {};
}

}  // namespace wherry::wasi
