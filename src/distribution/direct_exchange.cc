#include "distribution/direct_exchange.h"

#include <curl/curl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <memory>

#include "distribution/curl_exchange.h"
#include "distribution/registry_protocol.h"
#include "distribution/response_head.h"

namespace wherry::distribution {

// Received at a time: few system calls and wake-ups, and hashing goes on meanwhile.
static constexpr size_t kPieceBytes = 512 * 1024;
// Less is taken after so long, so that progress shows on slow networks.
static constexpr int kPatience_ms = 100;

namespace {

struct CleanUp {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

// To the request's host, for one exchange.
class Connection {
 public:
  explicit Connection(const HttpRequest& request)
      : easy_(curl_easy_init()),
        exchange_(request, easy_.get()),
        is_encrypted_(request.url.starts_with("https:")) {}

  Result<> open();
  Result<> send(std::string_view text);
  // Some bytes, at least one, of an answer that has `left_bytes` to come, at least. Errors:
  // Unavailable, also when the peer has ended.
  Result<size_t> receive(std::span<std::byte> into, uint64_t left_bytes = 1);

 private:
  void expect(uint64_t size_bytes);

  std::unique_ptr<CURL, CleanUp> easy_;
  CurlExchange exchange_;
  bool is_encrypted_;
  curl_socket_t socket_ = CURL_SOCKET_BAD;
  int expected_bytes_ = 1;  // the socket's SO_RCVLOWAT
};

Result<> Connection::open() {
  curl_easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
  CURLcode code = curl_easy_perform(easy_.get());
  if (code != CURLE_OK) return std::unexpected(exchange_.error_of(code));
  curl_easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket_);
  return {};
}

static bool is_ready(curl_socket_t socket, short events, int timeout_ms) {
  pollfd entry{.fd = socket, .events = events, .revents = 0};
  return ::poll(&entry, 1, timeout_ms) > 0;
}

Result<> Connection::send(std::string_view text) {
  while (!text.empty()) {
    size_t count = 0;
    CURLcode code = curl_easy_send(easy_.get(), text.data(), text.size(), &count);
    if (code == CURLE_AGAIN && !is_ready(socket_, POLLOUT, kStalledTimeout_s * 1000))
      code = CURLE_OPERATION_TIMEDOUT;
    if (code != CURLE_OK && code != CURLE_AGAIN) return std::unexpected(exchange_.error_of(code));
    text.remove_prefix(count);
  }
  return {};
}

// Makes the kernel wake us when so much is there. What TLS has read ahead it does not count.
void Connection::expect(uint64_t size_bytes) {
  const int wanted = static_cast<int>(std::min<uint64_t>(size_bytes, kPieceBytes));
  if (is_encrypted_ || wanted == expected_bytes_) return;
  if (::setsockopt(socket_, SOL_SOCKET, SO_RCVLOWAT, &wanted, sizeof wanted) == 0)
    expected_bytes_ = wanted;
}

Result<size_t> Connection::receive(std::span<std::byte> into, uint64_t left_bytes) {
  using std::chrono::steady_clock;
  expect(left_bytes);
  const auto deadline = steady_clock::now() + std::chrono::seconds(kStalledTimeout_s);
  while (true) {
    size_t count = 0;
    CURLcode code = curl_easy_recv(easy_.get(), into.data(), into.size(), &count);
    if (code == CURLE_OK && count > 0) return count;
    if (code == CURLE_OK) code = CURLE_PARTIAL_FILE;
    if (code == CURLE_AGAIN && steady_clock::now() >= deadline) code = CURLE_OPERATION_TIMEDOUT;
    if (code != CURLE_AGAIN) return std::unexpected(exchange_.error_of(code));
    is_ready(socket_, POLLIN, expected_bytes_ > 1 ? kPatience_ms : 1000);
  }
}

// A proxy that is asked for http:// sends the request itself, and wants another form of it.
bool goes_through_proxy(const HttpRequest& request) {
  const std::string_view origin = url_origin(request.url);
  if (!origin.starts_with("http:") || is_loopback_registry(origin.substr(7))) return false;
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    if (const char* value = std::getenv(name); value && *value) return true;
  return false;
}

// nullopt for a URL that libcurl has to put in order first.
std::optional<std::string> request_text(const HttpRequest& request) {
  const std::string_view origin = url_origin(request.url);
  const std::string_view target = std::string_view(request.url).substr(origin.size());
  const auto is_visible = [](char c) { return c > ' ' && c < 0x7f && c != '#'; };
  if (origin.empty() || url_has_user(request.url) || !target.starts_with('/') ||
      !std::ranges::all_of(target, is_visible))
    return std::nullopt;
  std::string text = fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\nUser-Agent: {}\r\nAccept: */*\r\n",
                                 target, origin.substr(origin.find("//") + 2), kUserAgent);
  for (const std::string& line : request.headers) text += line + "\r\n";
  if (!request.authorization.empty()) text += "Authorization: " + request.authorization + "\r\n";
  return text + "\r\n";
}

// What has come of an answer until its head was whole.
struct Beginning {
  PlainHead head;
  std::string body;
};

Result<std::optional<Beginning>> receive_head(Connection& connection) {
  std::string text(limits::kHeaderBytes, '\0');
  size_t come_bytes = 0;
  while (come_bytes < text.size()) {
    const std::span<char> rest = std::span(text).subspan(come_bytes);
    const size_t searched_bytes = come_bytes - std::min<size_t>(come_bytes, 3);
    come_bytes += TRY(connection.receive(std::as_writable_bytes(rest)));
    const std::string_view come = std::string_view(text).substr(0, come_bytes);
    if (come.find("\r\n\r\n", searched_bytes) == come.npos) continue;
    std::optional<PlainHead> head = parse_plain_head(come);
    if (!head) return std::nullopt;
    const auto size_bytes =
        static_cast<size_t>(std::min<uint64_t>(head->body_bytes, come_bytes - head->head_bytes));
    std::string body(come.substr(head->head_bytes, size_bytes));
    return Beginning{std::move(*head), std::move(body)};
  }
  return std::nullopt;
}

Result<> receive_body(Connection& connection, const Beginning& beginning,
                      const HttpRequest& request) {
  const HttpResponse& response = beginning.head.response;
  if (!beginning.body.empty()) TRY(request.sink(response, as_bytes(beginning.body)));
  uint64_t left_bytes = beginning.head.body_bytes - beginning.body.size();
  while (left_bytes > 0) {
    std::span<std::byte> room = TRY(request.room());
    room = room.first(static_cast<size_t>(std::min<uint64_t>(left_bytes, room.size())));
    const size_t count =
        TRY(connection.receive(room.first(std::min(room.size(), kPieceBytes)), left_bytes));
    TRY(request.sink(response, room.first(count)));
    left_bytes -= count;
  }
  return {};
}

// The body of an answer that has no bytes of a blob: an error document.
Result<std::string> receive_document(Connection& connection, Beginning beginning,
                                     const HttpRequest& request) {
  if (beginning.head.body_bytes > request.answer_bytes_max)
    return fail(ErrorCode::Malformed, "the answer exceeds {} bytes", request.answer_bytes_max);
  std::string body = std::move(beginning.body);
  size_t come_bytes = body.size();
  body.resize(static_cast<size_t>(beginning.head.body_bytes));
  while (come_bytes < body.size())
    come_bytes +=
        TRY(connection.receive(std::as_writable_bytes(std::span(body).subspan(come_bytes))));
  return body;
}

}  // namespace

Result<std::optional<HttpResponse>> exchange_directly(const HttpRequest& request) {
  const std::optional<std::string> text = request_text(request);
  if (!text || goes_through_proxy(request)) return std::nullopt;
  Connection connection(request);
  TRY(connection.open());
  TRY(connection.send(*text));
  std::optional<Beginning> beginning = TRY(receive_head(connection));
  if (!beginning) return std::nullopt;
  HttpResponse response = beginning->head.response;
  if (response.status == 200 || response.status == 206)
    TRY(receive_body(connection, *beginning, request));
  else
    response.body = TRY(receive_document(connection, *std::move(beginning), request));
  return response;
}

}  // namespace wherry::distribution
