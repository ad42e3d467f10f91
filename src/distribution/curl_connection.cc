#include "distribution/curl_connection.h"

#include "distribution/curl_exchange.h"
#include "distribution/registry_protocol.h"
#include "support/quotes.h"

namespace wherry::distribution {

namespace {

struct CleanUp {
  void operator()(CURL* easy) const { libcurl().easy_cleanup(easy); }
};

std::string host_of(const HttpRequest& request) {
  const std::string_view origin = url_origin(request.url);
  return quote(origin.substr(origin.find("//") + 2), 255);
}

class CurlConnection : public Connection {
 public:
  explicit CurlConnection(const HttpRequest& request)
      : Connection(host_of(request)),
        easy_(libcurl().easy_init()),
        exchange_(request, easy_.get()) {}

  Result<> open() {
    libcurl().easy_setopt(easy_.get(), CURLOPT_CONNECT_ONLY, 1L);
    if (CURLcode code = libcurl().easy_perform(easy_.get()); code != CURLE_OK)
      return std::unexpected(exchange_.error_of(code));
    libcurl().easy_getinfo(easy_.get(), CURLINFO_ACTIVESOCKET, &socket_);
    return {};
  }

 private:
  Result<size_t> try_send(std::string_view text) override {
    size_t count = 0;
    const CURLcode code = libcurl().easy_send(easy_.get(), text.data(), text.size(), &count);
    return outcome(code, count);
  }
  Result<size_t> try_receive(std::span<std::byte> into) override {
    size_t count = 0;
    CURLcode code = libcurl().easy_recv(easy_.get(), into.data(), into.size(), &count);
    if (code == CURLE_OK && count == 0) code = CURLE_PARTIAL_FILE;
    return outcome(code, count);
  }
  bool is_unbuffered() const override { return false; }

  Result<size_t> outcome(CURLcode code, size_t count) const {
    if (code == CURLE_OK) return count;
    if (code == CURLE_AGAIN) return 0;
    return std::unexpected(exchange_.error_of(code));
  }

  std::unique_ptr<CURL, CleanUp> easy_;
  CurlExchange exchange_;
};

}  // namespace

Result<std::unique_ptr<Connection>> connect_with_curl(const HttpRequest& request) {
  auto connection = std::make_unique<CurlConnection>(request);
  TRY(connection->open());
  return connection;
}

}  // namespace wherry::distribution
