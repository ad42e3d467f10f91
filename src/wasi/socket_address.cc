#include "wasi/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <cstring>

namespace wherry::wasi {

std::optional<IpAddress> address_from_bytes(ByteSpan bytes) {
  std::array<uint8_t, 16> numbers;
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  std::ranges::transform(bytes, numbers.begin(), std::to_integer<uint8_t>);
  if (bytes.size() == 16) return IpAddress::from_v6(numbers);
  return IpAddress::from_v4(std::span(numbers).first<4>());
}

ByteSpan bytes_of(const IpAddress& address) {
  if (address.is_v4()) return std::as_bytes(address.v4_bytes());
  return std::as_bytes(std::span(address.bytes()));
}

IpAddress unspecified_address(Family family) {
  constexpr std::array<uint8_t, 4> kZeros = {};
  return family == Family::Inet6 ? IpAddress() : IpAddress::from_v4(kZeros);
}

IpAddress loopback_address(Family family) {
  constexpr std::array<uint8_t, 4> kInet4 = {127, 0, 0, 1};
  constexpr std::array<uint8_t, 16> kInet6 = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  return family == Family::Inet6 ? IpAddress::from_v6(kInet6) : IpAddress::from_v4(kInet4);
}

std::optional<Endpoint> endpoint_from_host(const sockaddr_storage& host, Protocol protocol) {
  if (host.ss_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, &host, sizeof v4);
    auto bytes = std::as_bytes(std::span(&v4.sin_addr, 1));
    return Endpoint{protocol, *address_from_bytes(bytes), ntohs(v4.sin_port)};
  }
  if (host.ss_family == AF_INET6) {
    sockaddr_in6 v6;
    std::memcpy(&v6, &host, sizeof v6);
    auto bytes = std::as_bytes(std::span(&v6.sin6_addr, 1));
    return Endpoint{protocol, *address_from_bytes(bytes), ntohs(v6.sin6_port)};
  }
  return std::nullopt;
}

Family family_of(const IpAddress& address) {
  return address.is_v4() ? Family::Inet4 : Family::Inet6;
}

socklen_t to_host(const Endpoint& endpoint, sockaddr_storage& host, Family family) {
  host = {};
  if (family == Family::Inet4 && endpoint.address.is_v4()) {
    sockaddr_in v4 = {};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(endpoint.port);
    std::memcpy(&v4.sin_addr, endpoint.address.v4_bytes().data(), sizeof v4.sin_addr);
    std::memcpy(&host, &v4, sizeof v4);
    return sizeof v4;
  }
  sockaddr_in6 v6 = {};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(endpoint.port);
  std::memcpy(&v6.sin6_addr, endpoint.address.bytes().data(), sizeof v6.sin6_addr);
  std::memcpy(&host, &v6, sizeof v6);
  return sizeof v6;
}

}  // namespace wherry::wasi
