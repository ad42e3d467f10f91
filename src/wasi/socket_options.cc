// sock_getsockopt and sock_setsockopt: the level is 0, SOL_SOCKET; a value is an i32, a linger of
// two i32, or a timeval of two i64, as Linux has them. The host's own connections (standard
// streams) lack the right of shutting down, and keep their options, too.
#include <sys/socket.h>
#include <sys/time.h>

#include <algorithm>
#include <optional>

#include "wasi/functions.h"
#include "wasi/limits.h"
#include "wasi/socket.h"
#include "wasi/socket_types.h"

namespace wherry::wasi {
namespace {

constexpr uint32_t kLevelSocket = 0;

struct Option {
  int host;
  uint32_t size_bytes;
  bool settable;
};

// By WasmEdge's number. The 15th, SO_BINDTODEVICE, is not offered: it would choose among the host's
// networks, which is not the guest's business.
constexpr Option kOptions[] = {
    {SO_REUSEADDR, 4, true}, {SO_TYPE, 4, false},       {SO_ERROR, 4, false},
    {SO_DONTROUTE, 4, true}, {SO_BROADCAST, 4, true},   {SO_SNDBUF, 4, true},
    {SO_RCVBUF, 4, true},    {SO_KEEPALIVE, 4, true},   {SO_OOBINLINE, 4, true},
    {SO_LINGER, 8, true},    {SO_RCVLOWAT, 4, true},    {SO_RCVTIMEO, 16, true},
    {SO_SNDTIMEO, 16, true}, {SO_ACCEPTCONN, 4, false},
};
static_assert(sizeof(linger) == 8 && sizeof(timeval) == 16);

// Room for any value.
using Value = std::array<std::byte, sizeof(timeval)>;

ErrnoOr<Option> find_option(uint32_t level, uint32_t name) {
  if (level != kLevelSocket) return refuse(Errno::inval);
  if (name >= std::size(kOptions)) return refuse(Errno::noprotoopt);
  return kOptions[name];
}

template <class T>
void change(Value& value, T (*function)(T)) {
  T typed;
  std::memcpy(&typed, value.data(), sizeof typed);
  typed = function(typed);
  std::memcpy(value.data(), &typed, sizeof typed);
}

int guest_error(int host) { return static_cast<int>(errno_from_host(host)); }
int guest_type(int host) {
  return static_cast<int>(host == SOCK_DGRAM ? SocketType::Datagram : SocketType::Stream);
}
// Closing waits that long, and the end of a program closes.
linger bounded_linger(linger wanted) {
  wanted.l_linger = std::clamp(wanted.l_linger, 0, limits::kLingerSecondsMax);
  return wanted;
}

}  // namespace

ErrnoOr<> sock_getsockopt(ProgramState& state, Memory& memory, uint32_t fd, uint32_t level,
                          uint32_t name, uint32_t value, uint32_t size_in_and_out) {
  const Descriptor& socket = *TRY(find_socket(state, fd, 0));
  Option option = TRY(find_option(level, name));
  const auto room = TRY(memory.read<uint32_t>(size_in_and_out));
  if (room < option.size_bytes) return refuse(Errno::inval);
  auto target = TRY(memory.slice(value, option.size_bytes));
  Value found = {};
  socklen_t size = option.size_bytes;
  if (getsockopt(socket.host_fd(), SOL_SOCKET, option.host, found.data(), &size) != 0)
    return refuse_from_host();
  if (option.host == SO_ERROR) change(found, guest_error);
  if (option.host == SO_TYPE) change(found, guest_type);
  std::ranges::copy(std::span(found).first(target.size()), target.begin());
  return memory.write(size_in_and_out, option.size_bytes);
}

ErrnoOr<> sock_setsockopt(ProgramState& state, Memory& memory, uint32_t fd, uint32_t level,
                          uint32_t name, uint32_t value, uint32_t size_bytes) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::sock_shutdown));
  Option option = TRY(find_option(level, name));
  if (!option.settable) return refuse(Errno::noprotoopt);
  if (size_bytes != option.size_bytes) return refuse(Errno::inval);
  Value wanted = {};
  auto source = TRY(memory.slice(value, size_bytes));
  std::ranges::copy(source, wanted.begin());
  if (option.host == SO_LINGER) change(wanted, bounded_linger);
  if (setsockopt(socket.host_fd(), SOL_SOCKET, option.host, wanted.data(), size_bytes) != 0)
    return refuse_from_host();
  return {};
}

}  // namespace wherry::wasi
