#include "wasi/listeners.h"

#include <sys/socket.h>

#include <cerrno>

#include "wasi/socket_address.h"

namespace wherry::wasi {
namespace {

// The failure of the system call just made.
std::unexpected<Error> cannot_listen(const policy::NetworkRule& rule) {
  const int host_error = errno;
  Error error =
      system_error(host_error, fmt::format("opening the socket of --listen {}", to_string(rule)));
  if (host_error == EADDRINUSE) error.code = ErrorCode::Unavailable;
  return std::unexpected(std::move(error));
}

Result<Listener> open_listener(const policy::NetworkRule& rule, const policy::Endpoint& endpoint) {
  sockaddr_storage host;
  socklen_t size = to_host(endpoint, host, family_of(endpoint.address));
  Fd socket(::socket(host.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int reuse = 1;  // a port that connections of the last run still linger on is free
  if (!socket.valid() ||
      setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse) != 0 ||
      bind(socket.get(), reinterpret_cast<sockaddr*>(&host), size) != 0 ||
      listen(socket.get(), SOMAXCONN) != 0)
    return cannot_listen(rule);
  size = sizeof host;
  if (getsockname(socket.get(), reinterpret_cast<sockaddr*>(&host), &size) != 0)
    return cannot_listen(rule);
  return Listener{std::move(socket), *endpoint_from_host(host, policy::Protocol::Tcp)};
}

}  // namespace

Result<std::vector<Listener>> open_listeners(const policy::NetworkRules& rules) {
  std::vector<Listener> listeners;
  for (const policy::NetworkRule& rule : rules.listen) {
    auto endpoint = endpoint_to_open(rule);
    if (!endpoint || endpoint->protocol != policy::Protocol::Tcp) continue;
    listeners.push_back(TRY(open_listener(rule, *endpoint)));
  }
  return listeners;
}

}  // namespace wherry::wasi
