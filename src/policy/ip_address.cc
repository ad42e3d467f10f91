#include "policy/ip_address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "support/quotes.h"

namespace wherry::policy {

namespace {

// RFC 4291 §2.5.5.2: ten bytes of zeros, two of ones, the IPv4 address.
constexpr std::array<uint8_t, 12> kMappedPrefix = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
constexpr uint8_t kMappedBits = 96;

bool same_bits(const std::array<uint8_t, 16>& a, const std::array<uint8_t, 16>& b, unsigned count) {
  const unsigned whole = count / 8, rest = count % 8;
  if (!std::equal(a.begin(), a.begin() + whole, b.begin())) return false;
  return rest == 0 || ((a[whole] ^ b[whole]) >> (8 - rest)) == 0;
}

unsigned bits_of(const AddressRange& range) {
  return range.prefix_bits + (range.base.is_v4() ? kMappedBits : 0u);
}

struct Block {
  const char* range;
  Place place;
};

// The first that fits holds, so exceptions stand in front. IANA's registries of special-purpose
// addresses (RFC 6890) without what is of no use to tell apart.
constexpr Block kBlocks[] = {
    {"0.0.0.0/8", Place::Nowhere},
    {"127.0.0.0/8", Place::Loopback},
    {"169.254.0.0/16", Place::LinkLocal},      // RFC 3927; metadata of nearly all clouds
    {"100.100.100.200/32", Place::LinkLocal},  // metadata, Alibaba Cloud
    {"168.63.129.16/32", Place::LinkLocal},    // the host's agent, Azure
    {"192.0.0.192/32", Place::LinkLocal},      // metadata, Oracle Cloud
    {"10.0.0.0/8", Place::Private},            // RFC 1918
    {"172.16.0.0/12", Place::Private},
    {"192.168.0.0/16", Place::Private},
    {"100.64.0.0/10", Place::Private},  // shared by carriers, RFC 6598
    {"192.0.0.0/24", Place::Private},   // protocol assignments, RFC 6890
    {"198.18.0.0/15", Place::Private},  // measurements, RFC 2544
    {"224.0.0.0/4", Place::Multicast},
    {"240.0.0.0/4", Place::Multicast},  // reserved, and 255.255.255.255
    {"::/128", Place::Nowhere},
    {"::1/128", Place::Loopback},
    {"fe80::/10", Place::LinkLocal},
    {"fd00:ec2::254/128", Place::LinkLocal},  // metadata, AWS
    {"fd20:ce::254/128", Place::LinkLocal},   // metadata, Google Cloud
    {"fc00::/7", Place::Private},             // RFC 4193
    {"fec0::/10", Place::Private},            // site-local, deprecated by RFC 3879
    {"64:ff9b:1::/48", Place::Private},       // local NAT64, RFC 8215
    {"ff00::/8", Place::Multicast},
};

struct KnownRange {
  AddressRange range;
  Place place;
};

const std::vector<KnownRange>& known_ranges() {
  static const std::vector<KnownRange> ranges = [] {
    std::vector<KnownRange> parsed;
    for (const Block& block : kBlocks)
      parsed.push_back({parse_address_range(block.range).value(), block.place});
    return parsed;
  }();
  return ranges;
}

// The IPv4 address inside of an IPv6 one that is passed on to it.
std::optional<IpAddress> embedded_v4(const IpAddress& address) {
  const auto& bytes = address.bytes();
  constexpr std::array<uint8_t, 12> kNat64 = {0x00, 0x64, 0xff, 0x9b};  // 64:ff9b::/96
  constexpr std::array<uint8_t, 12> kCompatible = {};                   // ::/96
  auto begins = [&](const auto& prefix) {
    return std::equal(prefix.begin(), prefix.end(), bytes.begin());
  };
  if (begins(kNat64) || begins(kCompatible))
    return IpAddress::from_v4(std::span(bytes).subspan<12, 4>());
  if (bytes[0] == 0x20 && bytes[1] == 0x02)  // 2002::/16
    return IpAddress::from_v4(std::span(bytes).subspan<2, 4>());
  return std::nullopt;
}

}  // namespace

IpAddress IpAddress::from_v4(std::span<const uint8_t, 4> bytes) {
  IpAddress address;
  std::ranges::copy(kMappedPrefix, address.bytes_.begin());
  std::ranges::copy(bytes, address.bytes_.begin() + kMappedPrefix.size());
  return address;
}

IpAddress IpAddress::from_v6(std::span<const uint8_t, 16> bytes) {
  IpAddress address;
  std::ranges::copy(bytes, address.bytes_.begin());
  return address;
}

bool IpAddress::is_v4() const {
  return std::equal(kMappedPrefix.begin(), kMappedPrefix.end(), bytes_.begin());
}

bool IpAddress::is_unspecified() const {
  return std::ranges::all_of(is_v4() ? std::span<const uint8_t>(v4_bytes()) : bytes_,
                             [](uint8_t byte) { return byte == 0; });
}

Result<IpAddress> parse_ip_address(std::string_view text) {
  std::string terminated(text);  // inet_pton's; a NUL inside would hide what is behind it
  std::array<uint8_t, 16> bytes;
  if (terminated.find('\0') == std::string::npos) {
    if (inet_pton(AF_INET, terminated.c_str(), bytes.data()) == 1)
      return IpAddress::from_v4(std::span(bytes).first<4>());
    if (inet_pton(AF_INET6, terminated.c_str(), bytes.data()) == 1)
      return IpAddress::from_v6(bytes);
  }
  return fail(ErrorCode::Invalid, "{} is no IP address", in_quotes(text));
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN];
  const bool v4 = address.is_v4();
  inet_ntop(v4 ? AF_INET : AF_INET6,
            v4 ? static_cast<const void*>(address.v4_bytes().data()) : address.bytes().data(), text,
            sizeof text);
  return text;
}

bool AddressRange::contains(const IpAddress& address) const {
  return base.is_v4() == address.is_v4() &&
         same_bits(base.bytes(), address.bytes(), bits_of(*this));
}

bool AddressRange::contains(const AddressRange& inner) const {
  return prefix_bits <= inner.prefix_bits && contains(inner.base);
}

Result<AddressRange> parse_address_range(std::string_view text) {
  const size_t slash = text.find('/');
  AddressRange range{.base = TRY(parse_ip_address(text.substr(0, slash)))};
  const uint8_t bits_max = range.base.is_v4() ? 32 : 128;
  range.prefix_bits = bits_max;
  if (slash == std::string_view::npos) return range;
  std::string_view prefix = text.substr(slash + 1);
  auto [end, error] =
      std::from_chars(prefix.data(), prefix.data() + prefix.size(), range.prefix_bits);
  const bool has_zero = prefix.size() > 1 && prefix[0] == '0';
  if (error != std::errc() || end != prefix.data() + prefix.size() || has_zero ||
      range.prefix_bits > bits_max)
    return fail(ErrorCode::Invalid, "{} is no address range (0 to {} behind the '/')",
                in_quotes(text), bits_max);
  std::array<uint8_t, 16> masked = range.base.bytes();
  for (unsigned bit = bits_of(range); bit < 128; ++bit)
    masked[bit / 8] = static_cast<uint8_t>(masked[bit / 8] & ~(0x80u >> (bit % 8)));
  if (masked != range.base.bytes())
    return fail(ErrorCode::Invalid,
                "{} is one address and a range at once (write {} for the range)", in_quotes(text),
                to_string(AddressRange{IpAddress::from_v6(masked), range.prefix_bits}));
  return range;
}

std::string to_string(const AddressRange& range) {
  if (range.is_single()) return to_string(range.base);
  return fmt::format("{}/{}", to_string(range.base), range.prefix_bits);
}

Place place_of(const IpAddress& address) {
  for (const KnownRange& known : known_ranges())
    if (known.range.contains(address)) return known.place;
  if (auto inner = embedded_v4(address)) return place_of(*inner);
  return Place::Public;
}

const char* to_string(Place place) {
  switch (place) {
    case Place::Public:
      return "public";
    case Place::Private:
      return "private";
    case Place::Loopback:
      return "loopback";
    case Place::LinkLocal:
      return "link-local";
    case Place::Multicast:
      return "multicast";
    case Place::Nowhere:
      break;
  }
  return "unspecified";
}

Places places_of(const AddressRange& range) {
  if (range.is_single()) return place_of(range.base);
  for (const KnownRange& known : known_ranges())
    if (known.range.contains(range)) return known.place;
  return kOtherMachines;
}

}  // namespace wherry::policy
