#include "distribution/connection.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <optional>

#include "distribution/registry_protocol.h"
#include "support/file.h"
#include "support/quotes.h"

namespace wherry::distribution {

// Less than what is expected is taken after so long, so that progress shows on slow networks.
static constexpr int kPatience_ms = 100;
// Hosts that are farther away are reached by somebody who tries their addresses side by side.
static constexpr int kAtOnce_ms = 200;

Error no_such_host(std::string_view host) {
  return {ErrorCode::NotFound,
          fmt::format("{}: no such host (check the name and the network)", host)};
}

Error stalled(std::string_view host) {
  return {ErrorCode::Unavailable,
          fmt::format("{}: nothing came for {} s", host, kStalledTimeout_s)};
}

static bool is_ready(int socket, short events, int timeout_ms) {
  pollfd entry{.fd = socket, .events = events, .revents = 0};
  return ::poll(&entry, 1, timeout_ms) > 0;
}

Result<> Connection::send(std::string_view text) {
  while (!text.empty()) {
    const size_t count = TRY(try_send(text));
    if (count == 0 && !is_ready(socket_, POLLOUT, kStalledTimeout_s * 1000))
      return std::unexpected(stalled(host_));
    text.remove_prefix(count);
  }
  return {};
}

// Makes the kernel wake us when so much is there.
void Connection::expect(uint64_t size_bytes) {
  const int wanted = static_cast<int>(std::min<uint64_t>(size_bytes, kPieceBytes));
  if (!is_unbuffered() || wanted == expected_bytes_) return;
  if (::setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof wanted) == 0)
    expected_bytes_ = wanted;
}

Result<size_t> Connection::receive(std::span<std::byte> into, uint64_t left_bytes) {
  using std::chrono::steady_clock;
  expect(left_bytes);
  const auto deadline = steady_clock::now() + std::chrono::seconds(kStalledTimeout_s);
  while (true) {
    const size_t count = TRY(try_receive(into));
    received_bytes_ += count;
    if (count > 0) return count;
    if (steady_clock::now() >= deadline) return std::unexpected(stalled(host_));
    is_ready(socket_, POLLIN, expected_bytes_ > 1 ? kPatience_ms : 1000);
  }
}

bool Connection::is_stale() const { return is_ready(socket_, POLLIN, 0); }

namespace {

class PlainConnection : public Connection {
 public:
  PlainConnection(std::string host, Fd socket)
      : Connection(std::move(host)), owned_(std::move(socket)) {
    socket_ = owned_.get();
  }

 private:
  Result<size_t> try_send(std::string_view text) override {
    return outcome(::send(socket_, text.data(), text.size(), MSG_NOSIGNAL));
  }
  Result<size_t> try_receive(std::span<std::byte> into) override {
    const ssize_t count = ::recv(socket_, into.data(), into.size(), 0);
    if (count == 0) return fail(ErrorCode::Unavailable, "{}: the connection was closed", host_);
    return outcome(count);
  }
  bool is_unbuffered() const override { return true; }

  Result<size_t> outcome(ssize_t count) const {
    if (count >= 0) return static_cast<size_t>(count);
    if (errno == EAGAIN || errno == EINTR) return 0;
    return fail(ErrorCode::Unavailable, "{}", system_error(errno, host_).message);
  }

  Fd owned_;
};

struct FreeAddresses {
  void operator()(addrinfo* list) const { ::freeaddrinfo(list); }
};

// Invalid where it cannot be reached at once.
Fd connect_at_once(const addrinfo& address) {
  Fd socket(::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket.valid()) return {};
  int error_number = ::connect(socket.get(), address.ai_addr, address.ai_addrlen) == 0 ? 0 : errno;
  if (error_number == EINPROGRESS) {
    socklen_t length = sizeof error_number;
    if (!is_ready(socket.get(), POLLOUT, kAtOnce_ms) ||
        ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error_number, &length) != 0)
      return {};
  }
  return error_number == 0 ? std::move(socket) : Fd();
}

}  // namespace

// 80 where none is named.
static std::optional<uint16_t> port_of(std::string_view text) {
  if (text.empty()) return 80;
  uint16_t port = 0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data() + 1, last, port);  // behind the colon
  return error == std::errc() && end == last ? std::optional(port) : std::nullopt;
}

Result<std::unique_ptr<Connection>> connect_plainly(std::string_view origin) {
  const std::string_view address = origin.substr(origin.find("//") + 2);
  std::string_view host = url_host(origin);
  const std::optional<uint16_t> port = port_of(address.substr(host.size()));
  if (!port) return nullptr;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  const std::string shown = quote(address, 255);
  addrinfo wanted = {};
  wanted.ai_socktype = SOCK_STREAM;
  addrinfo* list = nullptr;
  if (::getaddrinfo(std::string(host).c_str(), std::to_string(*port).c_str(), &wanted, &list) != 0)
    return std::unexpected(no_such_host(shown));
  const std::unique_ptr<addrinfo, FreeAddresses> addresses(list);
  for (const addrinfo* place = list; place; place = place->ai_next)
    if (Fd socket = connect_at_once(*place); socket.valid())
      return std::make_unique<PlainConnection>(shown, std::move(socket));
  return nullptr;
}

}  // namespace wherry::distribution
