// What the functions on sockets share: preview 1's (socket.cc) and the extension's
// (socket_extension.cc).
#pragma once

#include <sys/socket.h>

#include "wasi/fd_table.h"
#include "wasi/program_state.h"

namespace wherry::wasi {

// Errors: badf, notsock, then notcapable: what is no socket is said to be none, whatever its
// rights.
ErrnoOr<const Descriptor*> find_socket(ProgramState& state, uint32_t fd, Rights needed);

// A socket of the guest's own.
Descriptor connection_descriptor(Fd socket, Rights base);

// MSG_DONTWAIT for a standard stream that the guest made non-blocking, else 0.
int dont_wait_flag(const Descriptor& descriptor);

// Of riflags. Errors: inval for unknown ones.
ErrnoOr<int> receive_flags(const Descriptor& descriptor, uint32_t flags);

// roflags, after recvmsg.
uint16_t received_flags(const msghdr& message);

}  // namespace wherry::wasi
