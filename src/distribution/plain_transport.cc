#include "distribution/plain_transport.h"

#include <cstdlib>

#include "distribution/direct_exchange.h"
#include "distribution/registry_protocol.h"

namespace wherry::distribution {

// What the environment names as proxy cannot reach our loopback.
static bool has_proxy(std::string_view origin) {
  if (is_loopback_registry(origin.substr(origin.find("//") + 2))) return false;
  for (const char* name : {"http_proxy", "all_proxy", "ALL_PROXY"})
    if (const char* value = std::getenv(name); value && *value) return true;
  return false;
}

Result<Transport*> PlainTransport::other() {
  std::lock_guard lock(mutex_);
  if (!other_) other_ = TRY(make_other_());
  return other_.get();
}

// The one that was used last: it is the least likely to have been closed meanwhile.
std::unique_ptr<Connection> PlainTransport::take_idle(const std::string& origin) {
  std::lock_guard lock(mutex_);
  std::vector<std::unique_ptr<Connection>>& idle = idle_[origin];
  while (!idle.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle.back());
    idle.pop_back();
    if (!connection->is_stale()) return connection;
  }
  return nullptr;
}

Result<std::optional<HttpResponse>> PlainTransport::exchange(
    const HttpRequest& request, const std::string& text, std::unique_ptr<Connection>& connection) {
  std::optional<DirectAnswer> answer = TRY(exchange_directly(request, text, *connection));
  if (!answer) return std::nullopt;
  if (answer->keeps_open) {
    std::lock_guard lock(mutex_);
    idle_[std::string(url_origin(request.url))].push_back(std::move(connection));
  }
  return std::move(answer->response);
}

Result<std::optional<HttpResponse>> PlainTransport::send_plainly(const HttpRequest& request) {
  const std::string origin(url_origin(request.url));
  if (!origin.starts_with("http://") || has_proxy(origin)) return std::nullopt;
  const std::optional<std::string> text = request_text(request);
  if (!text) return std::nullopt;
  std::unique_ptr<Connection> connection = take_idle(origin);
  if (connection) {
    const uint64_t before = connection->received_bytes();
    auto response = exchange(request, *text, connection);
    // Else it was closed before the request arrived there.
    if (response || connection->received_bytes() > before) return response;
  }
  connection = TRY(connect_plainly(origin));
  if (!connection) return std::nullopt;
  return exchange(request, *text, connection);
}

Result<HttpResponse> PlainTransport::send(const HttpRequest& request) {
  if (std::optional<HttpResponse> response = TRY(send_plainly(request)))
    return *std::move(response);
  Transport* const transport = TRY(other());
  return transport->send(request);
}

}  // namespace wherry::distribution
