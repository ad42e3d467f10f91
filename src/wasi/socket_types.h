// What WasmEdge's functions for sockets add to preview 1, as it lies in guest memory. Names and
// numbers: WasmEdge's include/host/wasi and thirdparty/wasi/api.hpp (version 0.14).
#pragma once

#include "wasi/abi_types.h"

namespace wherry::wasi {

enum class AddressFamily : uint8_t { Unspecified, Inet4, Inet6, Unix };
enum class SocketType : uint8_t { Any, Datagram, Stream };
enum class AddressProtocol : uint8_t { Ip, Tcp, Udp };

// An address is 4 or 16 bytes, or 128: a family of 16 bits and then the 4 or 16.
struct GuestAddress {
  uint32_t buf;
  uint32_t buf_len;
};
static_assert(sizeof(GuestAddress) == 8);
constexpr uint32_t kAddressStorageBytes = 128;

namespace aiflags {
constexpr uint16_t passive = 1, canonname = 2, numerichost = 4, numericserv = 8, kAll = 127;
}

struct AddressInfo {
  uint16_t ai_flags;
  AddressFamily ai_family;
  SocketType ai_socktype;
  AddressProtocol ai_protocol;
  uint8_t padding[3] = {};
  uint32_t ai_addrlen;
  uint32_t ai_addr;  // of a GuestSocketAddress
  uint32_t ai_canonname;
  uint32_t ai_canonname_len;
  uint32_t ai_next;
};
static_assert(sizeof(AddressInfo) == 28 && offsetof(AddressInfo, ai_addrlen) == 8);

// sa_data is what follows the family in Linux' sockaddr_in and sockaddr_in6:
// [port u16 big-endian][address, 4] or [port u16 big-endian][flow u32][address, 16][scope u32]
struct GuestSocketAddress {
  AddressFamily sa_family;
  uint8_t padding[3] = {};
  uint32_t sa_data_len;
  uint32_t sa_data;
};
static_assert(sizeof(GuestSocketAddress) == 12);

}  // namespace wherry::wasi
