// Addresses that our servers listen on, as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::http {

struct ListenAddress {
  std::string host;  // an IP address, as numbers
  uint16_t port;     // 0: any that is free

  bool is_v6() const { return host.find(':') != std::string::npos; }
  // Whether only this machine can reach it: 127.0.0.0/8 and ::1.
  bool is_loopback() const { return host.starts_with("127.") || host == "::1"; }
};

// "127.0.0.1:8080", "[::1]:8080", ":8080" (every address). Errors: Invalid, naming text and form.
Result<ListenAddress> parse_listen_address(std::string_view text);

}  // namespace wherry::http
