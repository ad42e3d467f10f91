// Rules about the network as text: PROTOCOL://WHERE:PORTS[,in=PLACE], where WHERE is a name, an
// address, a range or *.
#include <algorithm>
#include <charconv>

#include "policy/limits.h"
#include "policy/network.h"
#include "support/quotes.h"

namespace wherry::policy {

namespace {

constexpr const char* kForm =
    "write tcp://HOST:PORT or udp://HOST:PORT; HOST is a name, *.name, an address, a range or *";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

// Takes "tcp://" or "udp://" from the front.
Result<Protocol> take_protocol(std::string_view& text) {
  for (Protocol protocol : {Protocol::Tcp, Protocol::Udp}) {
    const std::string prefix = fmt::format("{}://", to_string(protocol));
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(prefix.size());
    return protocol;
  }
  return fail(ErrorCode::Invalid, "{} has no protocol ({})", in_quotes(text), kForm);
}

Result<uint16_t> parse_port(std::string_view text) {
  uint16_t port = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0 || text[0] == '0')
    return fail(ErrorCode::Invalid, "{} is no port (1 to 65535, 8000-8099, or * for all)",
                in_quotes(text));
  return port;
}

Result<PortRange> parse_ports(std::string_view text) {
  if (text == "*") return PortRange{};
  const size_t dash = text.find('-');
  PortRange ports{.first = TRY(parse_port(text.substr(0, dash)))};
  ports.last =
      dash == std::string_view::npos ? ports.first : TRY(parse_port(text.substr(dash + 1)));
  if (ports.first > ports.last)
    return fail(ErrorCode::Invalid, "{}: ports are written from the lower to the higher",
                in_quotes(text));
  return ports;
}

Result<> check_label(std::string_view label) {
  bool good = !label.empty() && label.size() <= limits::kHostLabelChars && label.front() != '-' &&
              label.back() != '-';
  // '_' is no letter of host names, but of names in DNS that people do connect to.
  for (char c : label) good = good && (is_lower(c) || is_digit(c) || c == '-' || c == '_');
  if (good) return {};
  return fail(ErrorCode::Invalid, "has a part {} that no host's name has", in_quotes(label));
}

// Names that resolvers take for addresses in their old forms: "127.1", "0x7f000001".
bool looks_like_number(std::string_view label) {
  return std::ranges::all_of(label, is_digit) || label.starts_with("0x");
}

Result<HostPattern> parse_host(std::string_view text) {
  HostPattern pattern;
  std::string_view name = text;
  if (name.starts_with("*.")) {
    pattern.is_suffix = true;
    name.remove_prefix(2);
  }
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.size() > limits::kHostNameChars)
    return fail(ErrorCode::Invalid, "{} is longer than {} characters", in_quotes(text),
                limits::kHostNameChars);
  for (char c : name) pattern.name += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  std::string_view last;
  for (size_t begin = 0; begin <= pattern.name.size();) {
    const size_t end = std::min(pattern.name.find('.', begin), pattern.name.size());
    last = std::string_view(pattern.name).substr(begin, end - begin);
    TRY(with_context(check_label(last), "{}", in_quotes(text)));
    begin = end + 1;
  }
  if (looks_like_number(last))
    return fail(ErrorCode::Invalid,
                "{} is neither a name nor an address (an address has all its four numbers)",
                in_quotes(text));
  return pattern;
}

// Splits "HOST:PORTS" at the last colon, and takes the brackets of IPv6 away.
struct Parts {
  std::string_view host;
  std::string_view ports;
  bool is_bracketed;
};

Result<Parts> split(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || text.ends_with(']'))
    return fail(ErrorCode::Invalid, "{} has no port (put :443 behind it, or :* for all)",
                in_quotes(text));
  Parts parts{text.substr(0, colon), text.substr(colon + 1), false};
  if (parts.host.starts_with('[') && parts.host.ends_with(']') && parts.host.size() > 2) {
    parts.is_bracketed = true;
    parts.host = parts.host.substr(1, parts.host.size() - 2);
  } else if (parts.host.find(':') != std::string_view::npos) {
    return fail(ErrorCode::Invalid,
                "{} has an IPv6 address without brackets (write [ADDRESS]:PORT)", in_quotes(text));
  }
  if (parts.host.empty())
    return fail(ErrorCode::Invalid, "{} has no host ({})", in_quotes(text), kForm);
  return parts;
}

// Whether it is meant as an address: else "10.0.0.0/8" would be an odd name.
bool is_address(const Parts& parts) {
  return parts.is_bracketed || parts.host.find('/') != std::string_view::npos ||
         parse_ip_address(parts.host).has_value();
}

Result<> check_connect_range(const AddressRange& range) {
  if (places_of(range) == Place::Nowhere)
    return fail(ErrorCode::Invalid,
                "{} is no address to connect to (write 127.0.0.1 for this machine, {} for all)",
                in_quotes(to_string(range)), range.base.is_v4() ? "0.0.0.0/0" : "[::/0]");
  return {};
}

// Behind ",in=".
Result<> read_place(std::string_view text, NetworkRule& rule) {
  for (Place place : {Place::Public, Place::Private, Place::Loopback})
    if (text == to_string(place)) {
      rule.places = place;
      return {};
    }
  rule.range = TRY(with_context(parse_address_range(text), "in={}", text));
  rule.places = places_of(*rule.range);
  return check_connect_range(*rule.range);
}

std::string host_text(const NetworkRule& rule) {
  if (rule.host) return (rule.host->is_suffix ? "*." : "") + rule.host->name;
  if (!rule.range) return "*";
  return rule.range->base.is_v4() ? to_string(*rule.range)
                                  : fmt::format("[{}]", to_string(*rule.range));
}

std::string port_text(const PortRange& ports) {
  if (ports == PortRange{}) return "*";
  if (ports.first == ports.last) return fmt::format("{}", ports.first);
  return fmt::format("{}-{}", ports.first, ports.last);
}

bool is_localhost(const HostPattern& host) {
  return host.name == "localhost" || host.name.ends_with(".localhost");
}

// Where a name leads to when its rule does not say.
Places default_places(const HostPattern& host) {
  return is_localhost(host) ? Place::Loopback : Place::Public;
}

}  // namespace

Result<NetworkRule> parse_listen_rule(std::string_view text) {
  NetworkRule rule;
  rule.protocol = TRY(take_protocol(text));
  const Parts parts = TRY(split(text));
  rule.ports = TRY(parse_ports(parts.ports));
  rule.places = kEveryPlace;
  if (parts.host == "*") return rule;
  if (!is_address(parts))
    return fail(ErrorCode::Invalid, "{} is no address to listen at (write 127.0.0.1, or * for all)",
                in_quotes(parts.host));
  rule.range = TRY(parse_address_range(parts.host));
  if (rule.range->is_single() && rule.range->base.is_unspecified()) rule.range->prefix_bits = 0;
  return rule;
}

Result<NetworkRule> parse_connect_rule(std::string_view text) {
  NetworkRule rule;
  rule.protocol = TRY(take_protocol(text));
  const size_t comma = text.find(',');
  const std::string_view place = comma == std::string_view::npos ? "" : text.substr(comma);
  const Parts parts = TRY(split(text.substr(0, comma)));
  rule.ports = TRY(parse_ports(parts.ports));
  if (parts.host == "*") {
    rule.places = kOtherMachines;
  } else if (is_address(parts)) {
    rule.range = TRY(parse_address_range(parts.host));
    TRY(check_connect_range(*rule.range));
    rule.places = places_of(*rule.range);
  } else {
    rule.host = TRY(parse_host(parts.host));
    rule.places = default_places(*rule.host);
  }
  if (place.empty()) return rule;
  if (!place.starts_with(",in=") || !rule.host)
    return fail(
        ErrorCode::Invalid,
        "{}: behind a name there may be ,in=private, ,in=loopback or ,in=RANGE, and nothing "
        "else",
        in_quotes(text));
  TRY(read_place(place.substr(4), rule));
  return rule;
}

std::string to_string(const NetworkRule& rule) {
  std::string text =
      fmt::format("{}://{}:{}", to_string(rule.protocol), host_text(rule), port_text(rule.ports));
  if (rule.host && rule.range) return text + ",in=" + to_string(*rule.range);
  if (rule.range) return text;
  if (!rule.host || rule.places == default_places(*rule.host)) return text;
  for (Place place : {Place::Public, Place::Private, Place::Loopback})
    if (rule.places == place) text += fmt::format(",in={}", to_string(place));
  return text;
}

std::string to_string(const Endpoint& endpoint) {
  const std::string address = to_string(endpoint.address);
  return fmt::format("{}://{}:{}", to_string(endpoint.protocol),
                     endpoint.address.is_v4() ? address : "[" + address + "]", endpoint.port);
}

}  // namespace wherry::policy
