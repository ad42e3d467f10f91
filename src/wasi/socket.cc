// sock_*: a guest has no sockets yet. Descriptors are checked, so that a guest gets the error that
// it would get anywhere; a standard stream that is a socket of the host's is nosys.
#include <sys/socket.h>

#include "wasi/functions.h"

namespace wherry::wasi {
namespace {

ErrnoOr<> refuse_socket(ProgramState& state, uint32_t fd) {
  const Descriptor& descriptor = *TRY(state.descriptors.find(fd, 0));
  FileType type = TRY(file_type(descriptor));
  if (type != FileType::socket_stream && type != FileType::socket_dgram)
    return refuse(Errno::notsock);
  return refuse(Errno::nosys);
}

}  // namespace

ErrnoOr<> sock_accept(ProgramState& state, Memory&, uint32_t fd, uint32_t, uint32_t) {
  return refuse_socket(state, fd);
}

ErrnoOr<> sock_recv(ProgramState& state, Memory&, uint32_t fd, uint32_t, uint32_t, uint32_t,
                    uint32_t, uint32_t) {
  return refuse_socket(state, fd);
}

ErrnoOr<> sock_send(ProgramState& state, Memory&, uint32_t fd, uint32_t, uint32_t, uint32_t,
                    uint32_t) {
  return refuse_socket(state, fd);
}

ErrnoOr<> sock_shutdown(ProgramState& state, Memory&, uint32_t fd, uint32_t) {
  return refuse_socket(state, fd);
}

}  // namespace wherry::wasi
