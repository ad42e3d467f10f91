// Rules about the network: where a program may listen, and where it may connect to. One rule is one
// line of text, the same in wherry.toml, in an image's request, in a policy file and behind
// --listen and --connect:
//
//   connect  tcp://api.example.com:443           that name, wherever in the public internet it is
//            tcp://*.example.com:443             all names below it (not example.com itself)
//            tcp://db:5432,in=10.0.0.0/8         the name, where it is an address of that range
//            tcp://db:5432,in=private            … or any private, or loopback, address
//            udp://10.1.2.0/24:53                addresses; [2001:db8::/32] for IPv6
//            tcp://*:8000-8099                   everywhere; ports: one, a range, or * for all
//   listen   tcp://127.0.0.1:8080                that address; 0.0.0.0, [::] and * for all of them
//
// Nothing is allowed but what a rule allows. A rule with a name also lets the program look the name
// up, and connect to what it was told then. Whoever answers the look-up is not trusted with more
// than that (DNS rebinding): a name leads to public addresses only, unless the rule says ",in=".
// The name "localhost" says loopback itself (RFC 6761). And no rule leads to a special place by
// being wide: a rule reaches this machine, its link, a cloud's metadata service or a multicast
// group only if it names an address, or a range, that lies wholly inside of that (ip_address.h,
// Place).
#pragma once

#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/ip_address.h"
#include "support/result.h"

namespace wherry::policy {

enum class Protocol : uint8_t { Tcp, Udp };
// "tcp", "udp"
const char* to_string(Protocol protocol);

// One end of a connection, or a place to listen at.
struct Endpoint {
  Protocol protocol = Protocol::Tcp;
  IpAddress address;
  uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};
// "tcp://10.0.0.1:443", which is also the rule that allows it.
std::string to_string(const Endpoint& endpoint);

struct PortRange {
  uint16_t first = 1;
  uint16_t last = 65535;
  bool includes(uint16_t port) const { return port >= first && port <= last; }
  bool operator==(const PortRange&) const = default;
};

// A name as DNS has it, in lower case and without a dot at its end; or all names below it.
struct HostPattern {
  std::string name;        // "example.com"
  bool is_suffix = false;  // "*.example.com"
  // `host` in any case, with or without a dot at its end.
  bool matches(std::string_view host) const;
  bool operator==(const HostPattern&) const = default;
};

// What all of its parts say. A part that is absent says nothing.
struct NetworkRule {
  Protocol protocol = Protocol::Tcp;
  std::optional<HostPattern> host = {};    // never in a rule for listening
  std::optional<AddressRange> range = {};  // absent: every address of both families
  Places places = {};                      // of connect; listening looks at the range alone
  PortRange ports = {};
  bool operator==(const NetworkRule&) const = default;
};

// Errors: Invalid says what is wrong and what to write, for behind the name of what it is for.
Result<NetworkRule> parse_listen_rule(std::string_view text);
Result<NetworkRule> parse_connect_rule(std::string_view text);
// As parse_ reads it, in one form for equal rules.
std::string to_string(const NetworkRule& rule);

// What both allow; std::nullopt where that is nothing.
std::optional<NetworkRule> intersect_rules(const NetworkRule& a, const NetworkRule& b);

// The names that a program has looked up, and the addresses that it was told. Whoever resolves
// keeps one for each program. Bounded: the oldest are forgotten, and have to be looked up again.
class ResolvedNames {
 public:
  void remember(std::string_view host, const IpAddress& address);
  // Names that were answered with this address; good until the next remember().
  std::vector<std::string_view> names_of(const IpAddress& address) const;

 private:
  struct Answer {
    std::string host;
    IpAddress address;
  };
  std::deque<Answer> answers_;
};

// The rules of one program. Immutable while it runs; thread-safe then.
struct NetworkRules {
  std::vector<NetworkRule> listen = {};
  std::vector<NetworkRule> connect = {};

  bool empty() const { return listen.empty() && connect.empty(); }

  // Whether a socket may be bound to it and listen there (TCP), or receive there (UDP). To bind to
  // 0.0.0.0 or [::] is to listen at all addresses, and needs a rule for all of that family.
  bool allows_listen(const Endpoint& endpoint) const;
  // Whether it may connect, or send a datagram, there. `names` are those that the address was an
  // answer to: ResolvedNames::names_of().
  bool allows_connect(const Endpoint& endpoint, std::span<const std::string_view> names) const;
  // Whether it may ask for the addresses of `host`. Rules with addresses alone let it look up
  // nothing: a question to DNS tells the whole world its text.
  bool allows_resolve(std::string_view host) const;
  bool allows_some_resolve() const;  // of any name at all

  bool operator==(const NetworkRules&) const = default;
};

// Where the host opens a socket that listens, and hands it to the program as a descriptor: a rule
// for one address, or for all of a family or of both ([::], dual-stack), and for one port. A rule
// for all ports leaves it to the system (port 0), and so may the program where it opens itself.
std::optional<Endpoint> endpoint_to_open(const NetworkRule& listen_rule);

// The narrowest rule for a connection. Where the address was an answer to a name, it is for the
// name.
std::string connect_rule_for(const Endpoint& endpoint, std::span<const std::string_view> names);

// The narrowest rule for listening. Port 0 is one of the system's choice, and there is no rule for
// that but the one for all.
std::string listen_rule_for(const Endpoint& endpoint);

// For a denial: the flag that would allow it. With a name that the address was an answer to, the
// rule is for the name.
std::string listen_way_out(const Endpoint& endpoint);
std::string connect_way_out(const Endpoint& endpoint, std::span<const std::string_view> names);
// The port is known where the program says it with the name; else 0.
std::string resolve_way_out(std::string_view host, uint16_t port);

}  // namespace wherry::policy
