// sock_getaddrinfo: a name, or an address in digits, and a service become socket addresses. The
// guest gives a list of records with room for the addresses, which is filled from its start.
//
// Digits need no permission; a name does (network.h), and its addresses are remembered as learnt.
#include <algorithm>
#include <charconv>
#include <optional>

#include "wasi/functions.h"
#include "wasi/limits.h"
#include "wasi/resolver.h"
#include "wasi/socket_types.h"

namespace wherry::wasi {
namespace {

// sa_data's bytes in front of and behind the address.
constexpr uint32_t kInet4DataBytes = 14, kInet6DataBytes = 26;

struct Service {
  std::string_view name;
  uint16_t port;
};
// What programs ask for by name; /etc/services has hundreds more, and reading it would be one more
// file that the wall around a program must leave open.
constexpr Service kServices[] = {{"domain", 53}, {"ftp", 21},        {"http", 80}, {"https", 443},
                                 {"imaps", 993}, {"ntp", 123},       {"smtp", 25}, {"ssh", 22},
                                 {"telnet", 23}, {"submission", 587}};

// C strings and their lengths disagree about the NUL; WasmEdge's crate sends it along.
std::string_view without_nul(std::string_view text) { return text.substr(0, text.find('\0')); }

ErrnoOr<std::string> read_text(Memory& memory, uint32_t address, uint32_t size_bytes) {
  if (size_bytes > limits::kPathBytesMax) return refuse(Errno::ainoname);
  auto bytes = TRY(memory.slice(address, size_bytes));
  return std::string(without_nul(as_text(bytes)));
}

ErrnoOr<uint16_t> parse_service(std::string_view text, const AddressInfo& hints) {
  if (text.empty()) return uint16_t{0};
  uint16_t port = 0;
  const char* end = text.data() + text.size();
  auto [rest, error] = std::from_chars(text.data(), end, port);
  if (error == std::errc() && rest == end) return port;
  if (hints.ai_flags & aiflags::numericserv) return refuse(Errno::ainoname);
  auto found = std::ranges::find(kServices, text, &Service::name);
  if (found == std::end(kServices)) return refuse(Errno::aiservice);
  return found->port;
}

ErrnoOr<> check_hints(const AddressInfo& hints, std::string_view node, std::string_view service) {
  if (node.empty() && service.empty()) return refuse(Errno::ainoname);
  if (hints.ai_flags & ~aiflags::kAll) return refuse(Errno::aibadflag);
  if ((hints.ai_flags & aiflags::canonname) && node.empty()) return refuse(Errno::aibadflag);
  if (hints.ai_family > AddressFamily::Inet6) return refuse(Errno::aifamily);
  if (hints.ai_socktype > SocketType::Stream) return refuse(Errno::aisocktype);
  if (hints.ai_protocol > AddressProtocol::Udp) return refuse(Errno::aisocktype);
  return {};
}

Families families_of(const AddressInfo& hints) {
  return {.v4 = hints.ai_family != AddressFamily::Inet6,
          .v6 = hints.ai_family != AddressFamily::Inet4};
}

// No node: the addresses to bind to, or this machine's. RFC 3493 §6.1.
Resolution own_addresses(const AddressInfo& hints, Families families) {
  Resolution own;
  for (Family family : {Family::Inet6, Family::Inet4}) {
    if (!(family == Family::Inet6 ? families.v6 : families.v4)) continue;
    own.addresses.push_back(hints.ai_flags & aiflags::passive ? unspecified_address(family)
                                                              : loopback_address(family));
  }
  return own;
}

ErrnoOr<Resolution> find_addresses(ProgramState& state, const std::string& node, uint16_t port,
                                   const AddressInfo& hints) {
  const Families families = families_of(hints);
  if (node.empty()) return own_addresses(hints, families);
  if (auto ip = policy::parse_ip_address(node)) {
    if (!(ip->is_v4() ? families.v4 : families.v6)) return refuse(Errno::aiaddrfamily);
    return Resolution{.canonical_name = node, .addresses = {*ip}};
  }
  if (hints.ai_flags & aiflags::numerichost) return refuse(Errno::ainoname);
  TRY(state.network.check_resolve(node, port));
  Resolution found = TRY(resolve(node, families, system_resolver_options()));
  state.network.learn(node, found.addresses);
  return found;
}

// One address, as often as there are socket types to choose from.
struct Choice {
  IpAddress address;
  uint16_t port;
  SocketType type;
  AddressProtocol protocol;
};

std::vector<Choice> choices(const Resolution& found, uint16_t port, const AddressInfo& hints) {
  constexpr std::pair<SocketType, AddressProtocol> kKinds[] = {
      {SocketType::Stream, AddressProtocol::Tcp}, {SocketType::Datagram, AddressProtocol::Udp}};
  std::vector<Choice> list;
  for (const IpAddress& ip : found.addresses)
    for (auto [type, protocol] : kKinds) {
      if (hints.ai_socktype != SocketType::Any && hints.ai_socktype != type) continue;
      if (hints.ai_protocol != AddressProtocol::Ip && hints.ai_protocol != protocol) continue;
      list.push_back({ip, port, type, protocol});
    }
  return list;
}

ErrnoOr<> write_socket_address(Memory& memory, uint32_t at, const Choice& choice) {
  auto record = TRY(memory.read<GuestSocketAddress>(at));
  const bool is_v6 = !choice.address.is_v4();
  record.sa_family = is_v6 ? AddressFamily::Inet6 : AddressFamily::Inet4;
  // The room is 26 bytes by convention: WasmEdge's crate says 14 here and has 26.
  record.sa_data_len = is_v6 ? kInet6DataBytes : kInet4DataBytes;
  std::array<std::byte, kInet6DataBytes> content = {};
  content[0] = static_cast<std::byte>(choice.port >> 8);
  content[1] = static_cast<std::byte>(choice.port & 0xff);
  std::ranges::copy(bytes_of(choice.address), content.begin() + (is_v6 ? 6 : 2));
  auto target = TRY(memory.slice(record.sa_data, record.sa_data_len));
  std::ranges::copy(std::span(content).first(target.size()), target.begin());
  return memory.write(at, record);
}

// With its NUL, cut to the room that there is.
ErrnoOr<uint32_t> write_canonical_name(Memory& memory, const AddressInfo& record,
                                       std::string_view name) {
  if (record.ai_canonname_len == 0) return uint32_t{0};
  const size_t chars = std::min<size_t>(name.size(), record.ai_canonname_len - 1);
  auto target = TRY(memory.slice(record.ai_canonname, chars + 1));
  std::ranges::copy(as_bytes(name.substr(0, chars)), target.begin());
  target[chars] = std::byte{0};
  return static_cast<uint32_t>(chars + 1);
}

// The next record's address.
ErrnoOr<uint32_t> write_record(Memory& memory, uint32_t at, const Choice& choice,
                               const AddressInfo& hints, std::string_view canonical_name) {
  auto record = TRY(memory.read<AddressInfo>(at));
  TRY(write_socket_address(memory, record.ai_addr, choice));
  record.ai_flags = hints.ai_flags;
  record.ai_family = choice.address.is_v4() ? AddressFamily::Inet4 : AddressFamily::Inet6;
  record.ai_socktype = choice.type;
  record.ai_protocol = choice.protocol;
  record.ai_addrlen = choice.address.is_v4() ? kInet4DataBytes + 2 : kInet6DataBytes + 2;
  record.ai_canonname_len = hints.ai_flags & aiflags::canonname
                                ? TRY(write_canonical_name(memory, record, canonical_name))
                                : uint32_t{0};
  TRY(memory.write(at, record));
  return record.ai_next;
}

}  // namespace

ErrnoOr<> sock_getaddrinfo(ProgramState& state, Memory& memory, uint32_t node, uint32_t node_size,
                           uint32_t service, uint32_t service_size, uint32_t hints, uint32_t list,
                           uint32_t count_max, uint32_t count_result) {
  const std::string node_text = TRY(read_text(memory, node, node_size));
  const std::string service_text = TRY(read_text(memory, service, service_size));
  const auto wanted = TRY(memory.read<AddressInfo>(hints));
  uint32_t at = TRY(memory.read<uint32_t>(list));
  TRY(memory.slice(count_result, sizeof(uint32_t)));
  if (count_max == 0) return refuse(Errno::aimemory);
  TRY(check_hints(wanted, node_text, service_text));
  const uint16_t port = TRY(parse_service(service_text, wanted));
  Resolution found = TRY(find_addresses(state, node_text, port, wanted));
  uint32_t count = 0;
  for (const Choice& choice : choices(found, port, wanted)) {
    if (count == count_max) break;
    at = TRY(write_record(memory, at, choice, wanted, found.canonical_name));
    ++count;
  }
  return memory.write(count_result, count);
}

}  // namespace wherry::wasi
