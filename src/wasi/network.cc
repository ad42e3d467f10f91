#include "wasi/network.h"

#include <fmt/format.h>

namespace wherry::wasi {

ErrnoOr<> Network::deny(std::string resource, std::string way_out) const {
  if (options_.on_denial) options_.on_denial({std::move(resource), std::move(way_out)});
  return refuse(Errno::acces);
}

ErrnoOr<> Network::check_open() const {
  if (!options_.network.empty()) return {};
  return deny("open a socket",
              "grant the network with --connect tcp://HOST:PORT or --listen tcp://ADDRESS:PORT");
}

ErrnoOr<> Network::check_listen(const policy::Endpoint& endpoint) const {
  if (options_.network.allows_listen(endpoint)) {
    if (options_.on_use)
      options_.on_use({.kind = Use::Kind::Listen, .name = listen_rule_for(endpoint)});
    return {};
  }
  return deny("listen on " + to_string(endpoint), listen_way_out(endpoint));
}

ErrnoOr<> Network::check_connect(const policy::Endpoint& endpoint) const {
  std::unique_lock locked(mutex_);  // names are good until the next answer
  const std::vector<std::string_view> names = resolved_.names_of(endpoint.address);
  if (options_.network.allows_connect(endpoint, names)) {
    if (options_.on_use)
      options_.on_use({.kind = Use::Kind::Connect, .name = connect_rule_for(endpoint, names)});
    return {};
  }
  std::string resource = "connect to " + to_string(endpoint);
  if (!names.empty()) resource += fmt::format(", which is {}", names.front());
  std::string way_out = connect_way_out(endpoint, names);
  locked.unlock();
  return deny(std::move(resource), std::move(way_out));
}

ErrnoOr<> Network::check_resolve(std::string_view name, uint16_t port) const {
  if (options_.network.allows_resolve(name)) return {};
  return deny(fmt::format("ask for the address of {}", name), policy::resolve_way_out(name, port));
}

void Network::learn(std::string_view name, const std::vector<policy::IpAddress>& addresses) {
  std::unique_lock locked(mutex_);
  for (const policy::IpAddress& address : addresses) resolved_.remember(name, address);
}

}  // namespace wherry::wasi
