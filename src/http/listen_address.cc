#include "http/listen_address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include <charconv>

namespace wherry::http {

static bool is_v4_address(const std::string& text) {
  in_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1;
}

// With a zone (fe80::1%eth0), which inet_pton does not know.
static bool is_v6_address(const std::string& text) {
  addrinfo hints{};
  hints.ai_family = AF_INET6;
  hints.ai_flags = AI_NUMERICHOST;
  addrinfo* found = nullptr;
  if (::getaddrinfo(text.c_str(), nullptr, &hints, &found) != 0) return false;
  ::freeaddrinfo(found);
  return true;
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  auto malformed = [&] {
    return fail(ErrorCode::Invalid,
                "'{}' is no address to listen on (as in 127.0.0.1:8080, [::1]:8080 or :8080)",
                text);
  };
  size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return malformed();
  std::string_view host = text.substr(0, colon);
  std::string_view port = text.substr(colon + 1);
  ListenAddress address{.host = "0.0.0.0", .port = 0};
  auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return malformed();
  if (host == "localhost") host = "127.0.0.1";
  bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!host.empty()) address.host = host;
  if (bracketed ? !is_v6_address(address.host) : !is_v4_address(address.host)) return malformed();
  return address;
}

}  // namespace wherry::http
