// IP addresses, ranges of them, and what kind of place an address is: the ground for rules about
// the network.
//
// An IPv4 address that is written as an IPv6 one (::ffff:10.0.0.1, RFC 4291 §2.5.5.2) is that IPv4
// address, for the kernel and so for us: there is one value for both, and no rule to slip by.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::policy {

class IpAddress {
 public:
  IpAddress() = default;                                        // "::"
  static IpAddress from_v4(std::span<const uint8_t, 4> bytes);  // in network order
  static IpAddress from_v6(std::span<const uint8_t, 16> bytes);

  bool is_v4() const;
  bool is_unspecified() const;  // 0.0.0.0 or ::
  // In network order; an IPv4 address has its four bytes at the end, as mapped.
  const std::array<uint8_t, 16>& bytes() const { return bytes_; }
  std::span<const uint8_t, 4> v4_bytes() const { return std::span(bytes_).subspan<12, 4>(); }
  bool operator==(const IpAddress&) const = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

// "10.0.0.1" with all four numbers and no leading zeros, or "2001:db8::1" without brackets and
// without a zone. Errors: Invalid.
Result<IpAddress> parse_ip_address(std::string_view text);
std::string to_string(const IpAddress& address);

// All addresses that begin with the same bits. Of one family: a range of IPv6 holds no IPv4
// address, mapped or not.
struct AddressRange {
  IpAddress base;
  uint8_t prefix_bits = 0;  // up to 32 or 128

  bool contains(const IpAddress& address) const;
  bool contains(const AddressRange& inner) const;
  bool is_single() const { return prefix_bits == (base.is_v4() ? 32 : 128); }
  bool operator==(const AddressRange&) const = default;
};

// "10.0.0.0/8", "2001:db8::/32", or one address. Errors: Invalid; so is a base with bits behind
// the prefix: "10.0.0.1/8" may mean either.
Result<AddressRange> parse_address_range(std::string_view text);
std::string to_string(const AddressRange& range);

// What kind of place an address is. Addresses that carry an IPv4 address inside, which a gateway
// passes on to (NAT64, RFC 6052; 6to4, RFC 3056; IPv4-compatible), are what that address is.
enum class Place : uint8_t {
  Public,     // anything else
  Private,    // inside an organisation (RFC 1918, 6598, 4193, 2544)
  Loopback,   // this machine
  LinkLocal,  // this link, and clouds' metadata services wherever they are: they give out keys
  Multicast,  // many machines; also broadcast and what is reserved
  Nowhere,    // "this network" (0.0.0.0/8, ::): connecting there reaches this machine
};
Place place_of(const IpAddress& address);
// "public", "private", "loopback", …
const char* to_string(Place place);

// The places that a set of rules reaches.
class Places {
 public:
  constexpr Places() = default;
  constexpr Places(Place place) : bits_(static_cast<uint8_t>(1u << static_cast<unsigned>(place))) {}
  constexpr bool includes(Place place) const { return (bits_ & Places(place).bits_) != 0; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr Places operator|(Places other) const { return Places(bits_ | other.bits_); }
  constexpr Places operator&(Places other) const { return Places(bits_ & other.bits_); }
  constexpr bool operator==(const Places&) const = default;

 private:
  constexpr explicit Places(int bits) : bits_(static_cast<uint8_t>(bits)) {}
  uint8_t bits_ = 0;
};

constexpr Places kOtherMachines = Places(Place::Public) | Place::Private;
constexpr Places kEveryPlace =
    kOtherMachines | Place::Loopback | Place::LinkLocal | Place::Multicast | Place::Nowhere;

// What a range was meant for by whoever wrote it: the place that all of it lies in; a wider one
// public and private addresses, and nothing special that happens to lie inside. So 0.0.0.0/0 is
// every other machine, and reaches neither 127.0.0.1 nor 169.254.169.254.
Places places_of(const AddressRange& range);

}  // namespace wherry::policy
