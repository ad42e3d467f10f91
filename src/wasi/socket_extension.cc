// WasmEdge's functions for sockets (docs/wasi.md): a guest opens, binds and connects by itself,
// where the network's rules allow it (network.h).
#include <sys/socket.h>

#include <algorithm>
#include <optional>

#include "wasi/buffers.h"
#include "wasi/denial.h"
#include "wasi/functions.h"
#include "wasi/socket.h"
#include "wasi/socket_address.h"
#include "wasi/socket_types.h"

namespace wherry::wasi {
namespace {

constexpr Rights kOpened = rights::kSocket | rights::kListener;
// A standard stream lacks it: that is the host's own connection, and stays as it is.
constexpr Rights kOwn = rights::sock_shutdown;

// [family u16][address, 4 or 16]…, where the address is 128 bytes long.
std::optional<IpAddress> address_in_storage(ByteSpan bytes) {
  const auto family = static_cast<AddressFamily>(bytes[0]);
  if (bytes[1] != std::byte{0}) return std::nullopt;
  if (family == AddressFamily::Inet4) return address_from_bytes(bytes.subspan(2, 4));
  if (family == AddressFamily::Inet6) return address_from_bytes(bytes.subspan(2, 16));
  return std::nullopt;
}

policy::Protocol protocol_of(const Descriptor& socket) {
  return socket_type(socket.host_fd()) == FileType::socket_dgram ? policy::Protocol::Udp
                                                                 : policy::Protocol::Tcp;
}

Family family_of_socket(const Descriptor& socket) {
  int family = AF_INET;
  socklen_t size = sizeof family;
  getsockopt(socket.host_fd(), SOL_SOCKET, SO_DOMAIN, &family, &size);
  return family == AF_INET6 ? Family::Inet6 : Family::Inet4;
}

// Errors: inval for a length that is no address's, afnosupport for other families.
ErrnoOr<Endpoint> read_endpoint(Memory& memory, const Descriptor& socket, uint32_t address,
                                uint32_t port) {
  auto guest = TRY(memory.read<GuestAddress>(address));
  if (port > UINT16_MAX) return refuse(Errno::inval);
  if (guest.buf_len != 4 && guest.buf_len != 16 && guest.buf_len != kAddressStorageBytes)
    return refuse(Errno::inval);
  auto bytes = TRY(memory.slice(guest.buf, guest.buf_len));
  // Copied first: a shared memory may change between the check and the use.
  std::array<std::byte, kAddressStorageBytes> copy;
  std::ranges::copy(bytes, copy.begin());
  ByteSpan copied = ByteSpan(copy).first(bytes.size());
  auto ip = copied.size() == kAddressStorageBytes ? address_in_storage(copied)
                                                  : address_from_bytes(copied);
  if (!ip) return refuse(Errno::afnosupport);
  return Endpoint{protocol_of(socket), *ip, static_cast<uint16_t>(port)};
}

// Errors: nomem where the address is longer than the guest's buffer.
ErrnoOr<> write_address(Memory& memory, uint32_t address, const IpAddress& ip) {
  auto guest = TRY(memory.read<GuestAddress>(address));
  uint32_t at = guest.buf, room = guest.buf_len;
  if (room == kAddressStorageBytes) {
    auto family = ip.is_v4() ? AddressFamily::Inet4 : AddressFamily::Inet6;
    TRY(memory.write(at, static_cast<uint16_t>(family)));
    at += sizeof(uint16_t);
    room -= uint32_t{sizeof(uint16_t)};
  }
  if (room < bytes_of(ip).size()) return refuse(Errno::nomem);
  auto target = TRY(memory.slice(at, bytes_of(ip).size()));
  std::ranges::copy(bytes_of(ip), target.begin());
  return {};
}

using NameGetter = int (*)(int, sockaddr*, socklen_t*);

ErrnoOr<Endpoint> endpoint_of(const Descriptor& socket, NameGetter get) {
  sockaddr_storage host;
  socklen_t size = sizeof host;
  if (get(socket.host_fd(), reinterpret_cast<sockaddr*>(&host), &size) != 0)
    return refuse_from_host();
  auto endpoint = endpoint_from_host(host, protocol_of(socket));
  if (!endpoint) return refuse(Errno::afnosupport);
  return *endpoint;
}

ErrnoOr<> get_address(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                      std::optional<uint32_t> type_result, uint32_t port_result, NameGetter get) {
  const Descriptor& socket = *TRY(find_socket(state, fd, 0));
  Endpoint found = TRY(endpoint_of(socket, get));
  TRY(write_address(memory, address, found.address));
  // WasmEdge's first version says 4 and 6 here, and not a number of AddressFamily.
  if (type_result)
    TRY(memory.write(*type_result, found.address.is_v4() ? uint32_t{4} : uint32_t{6}));
  return memory.write(port_result, uint32_t{found.port});
}

struct ReceiveResults {
  uint32_t address, size, flags;
  std::optional<uint32_t> port;
};

ErrnoOr<> receive_from(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                       uint32_t count, uint32_t flags, const ReceiveResults& results) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::fd_read));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  TRY(memory.slice(results.size, sizeof(uint32_t)));
  TRY(memory.slice(results.flags, sizeof(uint16_t)));
  if (results.port) TRY(memory.slice(*results.port, sizeof(uint16_t)));
  const int host_flags = TRY(receive_flags(socket, flags));
  sockaddr_storage host = {};
  msghdr message = list.message();
  message.msg_name = &host;
  message.msg_namelen = sizeof host;
  const ssize_t size = recvmsg(socket.host_fd(), &message, host_flags);
  if (size < 0) return refuse_from_host();
  // A stream's sender is known already, and not told again.
  if (auto sender = endpoint_from_host(host, protocol_of(socket))) {
    TRY(write_address(memory, results.address, sender->address));
    // WasmEdge writes 16 bits, whatever its headers say.
    if (results.port) TRY(memory.write(*results.port, sender->port));
  }
  TRY(memory.write(results.size, static_cast<uint32_t>(size)));
  return memory.write(results.flags, received_flags(message));
}

}  // namespace

ErrnoOr<> sock_accept_v1(ProgramState& state, Memory& memory, uint32_t fd, uint32_t fd_result) {
  return sock_accept(state, memory, fd, 0, fd_result);
}

ErrnoOr<> sock_open(ProgramState& state, Memory& memory, uint32_t family, uint32_t type,
                    uint32_t fd_result) {
  if (family > static_cast<uint32_t>(AddressFamily::Inet6)) return refuse(Errno::afnosupport);
  if (family == 0 || type == 0 || type > static_cast<uint32_t>(SocketType::Stream))
    return refuse(Errno::inval);
  TRY(memory.slice(fd_result, sizeof(uint32_t)));
  const bool is_v6 = static_cast<AddressFamily>(family) == AddressFamily::Inet6;
  const bool is_stream = static_cast<SocketType>(type) == SocketType::Stream;
  // Before the kernel's wall says so, which knows no flag to give.
  TRY(state.network.check_open());
  TRY(check_room(state));
  Fd socket(::socket(is_v6 ? AF_INET6 : AF_INET,
                     (is_stream ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return refuse_from_host();
  Descriptor descriptor = connection_descriptor(std::move(socket), kOpened);
  descriptor.inheriting = rights::kSocket;
  return memory.write(fd_result, TRY(state.descriptors.add(std::move(descriptor))));
}

// A socket, and an address that a guest wants for it.
struct AddressWish {
  uint32_t fd;
  uint32_t address;
  uint32_t port;
};

// bind(2) or connect(2), where the rules allow it. The numeric address that is checked is the one
// that the kernel gets.
static ErrnoOr<> give_address(ProgramState& state, Memory& memory, const AddressWish& wish,
                              ErrnoOr<> (Network::*check)(const Endpoint&) const,
                              int (*give)(int, const sockaddr*, socklen_t)) {
  const Descriptor& socket = *TRY(find_socket(state, wish.fd, kOwn));
  const Endpoint wanted = TRY(read_endpoint(memory, socket, wish.address, wish.port));
  TRY((state.network.*check)(wanted));
  sockaddr_storage host;
  const socklen_t size = to_host(wanted, host, family_of_socket(socket));
  if (give(socket.host_fd(), reinterpret_cast<sockaddr*>(&host), size) != 0)
    return refuse_from_host();
  return {};
}

ErrnoOr<> sock_bind(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                    uint32_t port) {
  return give_address(state, memory, {fd, address, port}, &Network::check_listen, bind);
}

ErrnoOr<> sock_listen(ProgramState& state, Memory&, uint32_t fd, uint32_t backlog) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::sock_accept));
  // One that was not bound would get a port of the system's choice, on every interface.
  Endpoint own = TRY(endpoint_of(socket, getsockname));
  if (own.port == 0) TRY(state.network.check_listen(own));
  const auto bounded = static_cast<int>(std::min<uint32_t>(backlog, SOMAXCONN));
  if (listen(socket.host_fd(), bounded) != 0) return refuse_from_host();
  return {};
}

ErrnoOr<> sock_connect(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                       uint32_t port) {
  return give_address(state, memory, {fd, address, port}, &Network::check_connect, connect);
}

ErrnoOr<> sock_recv_from(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                         uint32_t count, uint32_t address, uint32_t flags, uint32_t size_result,
                         uint32_t flags_result) {
  return receive_from(state, memory, fd, buffers, count, flags,
                      {address, size_result, flags_result, std::nullopt});
}

ErrnoOr<> sock_recv_from_v2(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                            uint32_t count, uint32_t address, uint32_t flags, uint32_t port_result,
                            uint32_t size_result, uint32_t flags_result) {
  return receive_from(state, memory, fd, buffers, count, flags,
                      {address, size_result, flags_result, port_result});
}

ErrnoOr<> sock_send_to(ProgramState& state, Memory& memory, uint32_t fd, uint32_t buffers,
                       uint32_t count, uint32_t address, uint32_t port, uint32_t flags,
                       uint32_t size_result) {
  const Descriptor& socket = *TRY(find_socket(state, fd, rights::fd_write));
  if (flags != 0) return refuse(Errno::inval);
  Endpoint wanted = TRY(read_endpoint(memory, socket, address, port));
  TRY(state.network.check_connect(wanted));
  Buffers list;
  TRY(list.load(memory, buffers, count));
  TRY(memory.slice(size_result, sizeof(uint32_t)));
  sockaddr_storage host;
  msghdr message = list.message();
  message.msg_namelen = to_host(wanted, host, family_of_socket(socket));
  message.msg_name = &host;
  const ssize_t size = sendmsg(socket.host_fd(), &message, MSG_NOSIGNAL | dont_wait_flag(socket));
  if (size < 0) return refuse_from_host();
  return memory.write(size_result, static_cast<uint32_t>(size));
}

ErrnoOr<> sock_getlocaladdr(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                            uint32_t type_result, uint32_t port_result) {
  return get_address(state, memory, fd, address, type_result, port_result, getsockname);
}

ErrnoOr<> sock_getlocaladdr_v2(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                               uint32_t port_result) {
  return get_address(state, memory, fd, address, std::nullopt, port_result, getsockname);
}

ErrnoOr<> sock_getpeeraddr(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                           uint32_t type_result, uint32_t port_result) {
  return get_address(state, memory, fd, address, type_result, port_result, getpeername);
}

ErrnoOr<> sock_getpeeraddr_v2(ProgramState& state, Memory& memory, uint32_t fd, uint32_t address,
                              uint32_t port_result) {
  return get_address(state, memory, fd, address, std::nullopt, port_result, getpeername);
}

}  // namespace wherry::wasi
