#include "distribution/curl_transport.h"

#include "distribution/curl_connection.h"
#include "distribution/curl_exchange.h"
#include "distribution/direct_exchange.h"

namespace wherry::distribution {

Result<std::unique_ptr<Transport>> CurlTransport::create() {
  TRY(load_libcurl());
  CURL* easy = libcurl().easy_init();
  if (!easy) return fail(ErrorCode::Io, "libcurl cannot be set up");
  return std::unique_ptr<CurlTransport>(new CurlTransport(easy));
}

CurlTransport::~CurlTransport() {
  for (void* easy : idle_) libcurl().easy_cleanup(easy);
}

// A handle of the transport's while an exchange uses it. The one that was used last is taken first:
// its connection is the least likely to have been closed meanwhile.
class CurlTransport::Handle {
 public:
  explicit Handle(CurlTransport& transport) : transport_(transport) {
    {
      std::lock_guard lock(transport.mutex_);
      if (!transport.idle_.empty()) {
        easy_ = transport.idle_.back();
        transport.idle_.pop_back();
      }
    }
    if (!easy_) easy_ = libcurl().easy_init();
  }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    std::lock_guard lock(transport_.mutex_);
    if (easy_) transport_.idle_.push_back(easy_);
  }
  CURL* get() const { return easy_; }  // null when there is no memory

 private:
  CurlTransport& transport_;
  CURL* easy_ = nullptr;
};

// A large body goes past libcurl's buffers, on a connection of its own. nullopt where it cannot.
static Result<std::optional<HttpResponse>> send_directly(const HttpRequest& request) {
  if (!request.room || !request.url.starts_with("https://")) return std::nullopt;
  const std::optional<std::string> text = request_text(request);
  if (!text) return std::nullopt;
  const std::unique_ptr<Connection> connection = TRY(connect_with_curl(request));
  std::optional<DirectAnswer> answer = TRY(exchange_directly(request, *text, *connection));
  if (!answer) return std::nullopt;
  return std::move(answer->response);
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  if (std::optional<HttpResponse> response = TRY(send_directly(request)))
    return *std::move(response);
  Handle handle(*this);
  if (!handle.get()) return fail(ErrorCode::Io, "libcurl cannot be set up");
  return CurlExchange(request, handle.get()).perform();
}

}  // namespace wherry::distribution
