#include "policy/network.h"

#include <algorithm>

#include "policy/limits.h"

namespace wherry::policy {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

std::string normal_name(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  std::string name(host);
  std::ranges::transform(name, name.begin(), lower);
  return name;
}

bool matches_normal(const HostPattern& pattern, std::string_view name) {
  if (!pattern.is_suffix) return name == pattern.name;
  return name.size() > pattern.name.size() + 1 && name.ends_with(pattern.name) &&
         name[name.size() - pattern.name.size() - 1] == '.';
}

// The narrower of two patterns; std::nullopt where no name is of both.
std::optional<HostPattern> intersect_hosts(const HostPattern& a, const HostPattern& b) {
  if (a == b) return a;
  if (a.is_suffix && matches_normal(a, b.name)) return b;
  if (b.is_suffix && matches_normal(b, a.name)) return a;
  return std::nullopt;
}

// Whether everything is allowed there, whatever it is called.
bool allows_every_name(const NetworkRule& rule) { return !rule.host && !rule.range; }

}  // namespace

const char* to_string(Protocol protocol) { return protocol == Protocol::Tcp ? "tcp" : "udp"; }

bool HostPattern::matches(std::string_view host) const {
  return matches_normal(*this, normal_name(host));
}

std::optional<NetworkRule> intersect_rules(const NetworkRule& a, const NetworkRule& b) {
  if (a.protocol != b.protocol) return std::nullopt;
  NetworkRule both{.protocol = a.protocol};
  both.ports = {std::max(a.ports.first, b.ports.first), std::min(a.ports.last, b.ports.last)};
  if (both.ports.first > both.ports.last) return std::nullopt;
  both.host = a.host ? a.host : b.host;
  if (a.host && b.host) {
    both.host = intersect_hosts(*a.host, *b.host);
    if (!both.host) return std::nullopt;
  }
  both.range = a.range ? a.range : b.range;
  if (a.range && b.range) {
    if (!a.range->contains(*b.range) && !b.range->contains(*a.range)) return std::nullopt;
    both.range = a.range->contains(*b.range) ? b.range : a.range;
  }
  both.places = a.places & b.places;
  if (both.places.empty()) return std::nullopt;
  return both;
}

void ResolvedNames::remember(std::string_view host, const IpAddress& address) {
  std::string name = normal_name(host);
  for (const Answer& answer : answers_)
    if (answer.address == address && answer.host == name) return;
  if (answers_.size() == limits::kResolvedNames) answers_.pop_front();
  answers_.push_back({std::move(name), address});
}

std::vector<std::string_view> ResolvedNames::names_of(const IpAddress& address) const {
  std::vector<std::string_view> names;
  for (const Answer& answer : answers_)
    if (answer.address == address) names.push_back(answer.host);
  return names;
}

// Port 0 asks for one of the system's choice, which may be any.
static bool includes_to_listen(const PortRange& ports, uint16_t port) {
  return port == 0 ? ports == PortRange{} : ports.includes(port);
}

bool NetworkRules::allows_listen(const Endpoint& endpoint) const {
  return std::ranges::any_of(listen, [&](const NetworkRule& rule) {
    if (rule.protocol != endpoint.protocol || !includes_to_listen(rule.ports, endpoint.port))
      return false;
    if (!rule.range) return true;
    // A socket at [::] takes IPv4 as well, but where the program says otherwise; a rule for [::]
    // has been written for all of that.
    if (endpoint.address.is_unspecified())
      return rule.range->base == endpoint.address && rule.range->prefix_bits == 0;
    return rule.range->contains(endpoint.address);
  });
}

bool NetworkRules::allows_connect(const Endpoint& endpoint,
                                  std::span<const std::string_view> names) const {
  const Place place = place_of(endpoint.address);
  return std::ranges::any_of(connect, [&](const NetworkRule& rule) {
    if (rule.protocol != endpoint.protocol || !rule.ports.includes(endpoint.port)) return false;
    if (!rule.places.includes(place)) return false;
    if (rule.range && !rule.range->contains(endpoint.address)) return false;
    return !rule.host || std::ranges::any_of(names, [&](std::string_view name) {
      return rule.host->matches(name);
    });
  });
}

bool NetworkRules::allows_resolve(std::string_view host) const {
  return std::ranges::any_of(connect, [&](const NetworkRule& rule) {
    return rule.host ? rule.host->matches(host) : allows_every_name(rule);
  });
}

bool NetworkRules::allows_some_resolve() const {
  return std::ranges::any_of(connect, [](const NetworkRule& rule) {
    return rule.host.has_value() || allows_every_name(rule);
  });
}

std::optional<Endpoint> endpoint_to_open(const NetworkRule& rule) {
  const bool any_port = rule.ports == PortRange{};
  if (!any_port && rule.ports.first != rule.ports.last) return std::nullopt;
  const uint16_t port = any_port ? 0 : rule.ports.first;
  if (!rule.range) return Endpoint{rule.protocol, IpAddress(), port};
  if (!rule.range->is_single() && rule.range->prefix_bits != 0) return std::nullopt;
  return Endpoint{rule.protocol, rule.range->base, port};
}

std::string listen_rule_for(const Endpoint& endpoint) {
  std::string rule = to_string(endpoint);
  if (endpoint.port == 0) rule.back() = '*';
  return rule;
}

std::string listen_way_out(const Endpoint& endpoint) {
  return "grant it with --listen " + listen_rule_for(endpoint);
}

std::string connect_rule_for(const Endpoint& endpoint, std::span<const std::string_view> names) {
  const Place place = place_of(endpoint.address);
  // Metadata services and groups have to be granted by their address, whatever names they have.
  if (names.empty() || place == Place::LinkLocal || place == Place::Multicast)
    return to_string(endpoint);
  NetworkRule rule{.protocol = endpoint.protocol,
                   .host = HostPattern{std::string(names.front())},
                   .places = place,
                   .ports = {endpoint.port, endpoint.port}};
  return to_string(rule);
}

std::string connect_way_out(const Endpoint& endpoint, std::span<const std::string_view> names) {
  if (place_of(endpoint.address) == Place::Nowhere || endpoint.port == 0)
    return "no rule can allow it: connect to 127.0.0.1 or [::1] for this machine";
  return "grant it with --connect " + connect_rule_for(endpoint, names);
}

std::string resolve_way_out(std::string_view host, uint16_t port) {
  if (port == 0) return fmt::format("grant it with --connect tcp://{}:PORT", normal_name(host));
  return fmt::format("grant it with --connect tcp://{}:{}", normal_name(host), port);
}

}  // namespace wherry::policy
