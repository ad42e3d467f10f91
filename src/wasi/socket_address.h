// Addresses of sockets as the kernel and the guest write them, to and from policy's.
#pragma once

#include <sys/socket.h>

#include <optional>

#include "policy/network.h"
#include "support/bytes.h"

namespace wherry::wasi {

using policy::Endpoint;
using policy::IpAddress;
using policy::Protocol;

// In network order, 4 or 16 of them; nullopt for any other number.
std::optional<IpAddress> address_from_bytes(ByteSpan bytes);
// 4 bytes of an IPv4 address, 16 of an IPv6 one; borrowed.
ByteSpan bytes_of(const IpAddress& address);

enum class Family : uint8_t { Inet4, Inet6 };
IpAddress unspecified_address(Family family);
IpAddress loopback_address(Family family);
Family family_of(const IpAddress& address);

// nullopt for families other than IPv4 and IPv6.
std::optional<Endpoint> endpoint_from_host(const sockaddr_storage& host, Protocol protocol);
// As a socket of `family` takes it: one of IPv6 has IPv4 addresses mapped. The number of bytes that
// were filled.
socklen_t to_host(const Endpoint& endpoint, sockaddr_storage& host, Family family);

}  // namespace wherry::wasi
