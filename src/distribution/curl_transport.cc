#include "distribution/curl_transport.h"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <optional>

#include "distribution/registry_protocol.h"
#include "distribution/tls_errors.h"
#include "support/quotes.h"

namespace wherry::distribution {

static constexpr long kConnectTimeout_ms = 10'000;
// A transfer that stands still this long is given up. Registries hash and copy a whole blob between
// its last byte and their answer, and send nothing meanwhile: 60 s are a gigabyte on a slow disk.
static constexpr long kStalledTimeout_s = 60;
// libcurl's largest for receiving. Its own, 16 KiB, cost a system call each.
static constexpr long kBufferBytes = 512 * 1024;

// One exchange while it lasts; the callbacks' user pointer. No callback throws or unwinds.
struct CurlTransport::Exchange {
  const HttpRequest& request;
  CURL* easy;
  HttpResponse response = {};
  size_t header_bytes = 0;
  uint64_t answer_bytes = 0;
  uint64_t sent_bytes = 0;
  std::optional<Error> refused = {};  // why a callback ended the exchange
  curl_slist* headers = nullptr;
  char curl_message[CURL_ERROR_SIZE] = {};

  Exchange(const HttpRequest& its_request, CURL* its_easy) : request(its_request), easy(its_easy) {}
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  ~Exchange() { curl_slist_free_all(headers); }

  void set_options();
  void set_tls(const TlsSettings& tls);
  void set_method();
  void add_header(const std::string& line) { headers = curl_slist_append(headers, line.c_str()); }
  Error error_of(int code) const;
  size_t take_header(std::string_view line);
  size_t take_body(ByteSpan bytes);

  static size_t on_header(char* bytes, size_t size, size_t count, void* self) {
    return static_cast<Exchange*>(self)->take_header({bytes, size * count});
  }
  static size_t on_body(char* bytes, size_t size, size_t count, void* self) {
    return static_cast<Exchange*>(self)->take_body(as_bytes({bytes, size * count}));
  }
  static size_t on_send(char* buffer, size_t size, size_t count, void* self) {
    return static_cast<Exchange*>(self)->give_body(
        {reinterpret_cast<std::byte*>(buffer), size * count});
  }
  // A kept connection that turns out to be closed makes libcurl send the body again. Not so a
  // PATCH: what a registry has taken of it would be there twice.
  static int on_seek(void* self, curl_off_t offset, int origin) {
    auto& exchange = *static_cast<Exchange*>(self);
    if (exchange.request.method == "PATCH" && exchange.sent_bytes > 0) return CURL_SEEKFUNC_FAIL;
    if (origin != SEEK_SET || offset < 0 || static_cast<uint64_t>(offset) > exchange.body_bytes())
      return CURL_SEEKFUNC_FAIL;
    exchange.sent_bytes = static_cast<uint64_t>(offset);
    return CURL_SEEKFUNC_OK;
  }

  uint64_t body_bytes() const {
    return request.streamed_body.read ? request.streamed_body.size_bytes : request.body.size();
  }
  size_t give_body(std::span<std::byte> into);
};

static std::string_view trim(std::string_view text) {
  size_t begin = std::min(text.find_first_not_of(" \t\r\n"), text.size());
  size_t end = text.find_last_not_of(" \t\r\n");
  return end == text.npos ? std::string_view() : text.substr(begin, end + 1 - begin);
}

size_t CurlTransport::Exchange::take_header(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > limits::kHeaderBytes) {
    refused = {ErrorCode::Malformed,
               fmt::format("the answer's headers exceed {} bytes", limits::kHeaderBytes)};
    return 0;
  }
  // Each hop of a redirect, and each 1xx, begins anew.
  if (line.starts_with("HTTP/")) response.headers.clear();
  size_t colon = line.find(':');
  if (colon == line.npos) return line.size();
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  std::string& value = response.headers[name];
  if (!value.empty()) value += ", ";
  value += trim(line.substr(colon + 1));
  return line.size();
}

size_t CurlTransport::Exchange::give_body(std::span<std::byte> into) {
  size_t length = static_cast<size_t>(std::min<uint64_t>(into.size(), body_bytes() - sent_bytes));
  if (length == 0) return 0;
  if (request.streamed_body.read) {
    Result<size_t> given = request.streamed_body.read(sent_bytes, into.first(length));
    if (!given) {
      refused = std::move(given).error();
      return CURL_READFUNC_ABORT;
    }
    length = *given;
  } else {
    std::memcpy(into.data(), request.body.data() + sent_bytes, length);
  }
  sent_bytes += length;
  return length;
}

size_t CurlTransport::Exchange::take_body(ByteSpan bytes) {
  long status = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  if (request.sink && (status == 200 || status == 206)) {
    response.status = static_cast<int>(status);
    Result<> taken = request.sink(response, bytes);
    if (taken) return bytes.size();
    refused = std::move(taken).error();
    return 0;
  }
  answer_bytes += bytes.size();
  if (answer_bytes > request.answer_bytes_max) {
    refused = {ErrorCode::Malformed,
               fmt::format("the answer exceeds {} bytes", request.answer_bytes_max)};
    return 0;
  }
  response.body += as_text(bytes);
  return bytes.size();
}

Result<std::unique_ptr<CurlTransport>> CurlTransport::create() {
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
    return fail(ErrorCode::Io, "libcurl cannot be set up");
  CURL* easy = curl_easy_init();
  if (!easy) return fail(ErrorCode::Io, "libcurl cannot be set up");
  return std::unique_ptr<CurlTransport>(new CurlTransport(easy));
}

CurlTransport::~CurlTransport() {
  for (void* easy : idle_) curl_easy_cleanup(easy);
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
    if (!easy_) easy_ = curl_easy_init();
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

void CurlTransport::Exchange::set_method() {
  if (request.method == "HEAD") curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  if (request.method == "POST") {
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, request.form.c_str());
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(request.form.size()));
    if (request.form.empty()) add_header("Content-Type:");
  }
  if (request.method == "DELETE") curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, "DELETE");
  if (request.method == "PUT" || request.method == "PATCH") {
    curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, request.method.c_str());
    curl_easy_setopt(easy, CURLOPT_READFUNCTION, &Exchange::on_send);
    curl_easy_setopt(easy, CURLOPT_READDATA, this);
    curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, &Exchange::on_seek);
    curl_easy_setopt(easy, CURLOPT_SEEKDATA, this);
    curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_bytes()));
    // Not every registry answers 100; libcurl would wait a second for it.
    add_header("Expect:");
  }
}

// The system's authorities stay trusted: libcurl reads their folder beside the given ones.
void CurlTransport::Exchange::set_tls(const TlsSettings& tls) {
  if (!tls.ca_pem.empty()) {
    curl_blob authorities{const_cast<char*>(tls.ca_pem.data()), tls.ca_pem.size(),
                          CURL_BLOB_NOCOPY};
    curl_easy_setopt(easy, CURLOPT_CAINFO_BLOB, &authorities);
  }
  if (!tls.cert_file.empty()) {
    curl_easy_setopt(easy, CURLOPT_SSLCERT, tls.cert_file.c_str());
    curl_easy_setopt(easy, CURLOPT_SSLKEY, tls.key_file.c_str());
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, "");  // never asks on the terminal
  }
}

void CurlTransport::Exchange::set_options() {
  std::string_view origin = url_origin(request.url);
  curl_easy_reset(easy);  // keeps the connection
  curl_easy_setopt(easy, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  // Blobs are few and large, and each has a connection: the frames of HTTP/2 only cost, 10 % of a
  // pull.
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeout_ms);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, kStalledTimeout_s);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy, CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "wherry");
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, curl_message);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, &Exchange::on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, this);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &Exchange::on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, this);
  // What the environment names as proxy cannot reach our loopback.
  if (is_loopback_registry(origin.substr(origin.find("//") + 2)))
    curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");

  for (const std::string& line : request.headers) add_header(line);
  if (!request.authorization.empty()) add_header("Authorization: " + request.authorization);
  if (request.tls) set_tls(*request.tls);
  set_method();
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
}

static Error connect_error(CURL* easy, std::string_view host) {
  long error_number = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &error_number);
  if (error_number == ECONNREFUSED)
    return {
        ErrorCode::NotFound,
        fmt::format("{}: connection refused (is the registry running, and on that port?)", host)};
  Error error = system_error(static_cast<int>(error_number), std::string(host));
  return {ErrorCode::NotFound, error.message + " (is the registry reachable from here?)"};
}

Error CurlTransport::Exchange::error_of(int code) const {
  if (refused) return *refused;
  const char* url = nullptr;
  curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &url);
  std::string_view origin = url_origin(url ? url : "");
  if (origin.empty()) origin = url_origin(request.url);  // a redirect led to no host
  std::string host = quote(origin.substr(origin.find("//") + 2), 255);
  double connected_s = 0;
  curl_easy_getinfo(easy, CURLINFO_CONNECT_TIME, &connected_s);
  std::string reason =
      quote(curl_message[0] ? curl_message : curl_easy_strerror(static_cast<CURLcode>(code)));
  long verify_result = 0;
  curl_easy_getinfo(easy, CURLINFO_SSL_VERIFYRESULT, &verify_result);
  if ((code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) &&
      wants_our_certificate(reason))
    return {ErrorCode::Denied,
            fmt::format("{}: it wants a certificate of ours, or another (--cert and --key, or cert "
                        "and key in registries.toml): {}",
                        host, reason)};
  // In TLS 1.3 the client is through with the handshake before the server has judged it.
  if (origin.starts_with("https:") && header_bytes == 0 &&
      reason.find("getpeername") != reason.npos)
    return {ErrorCode::Denied,
            fmt::format("{}: it hung up after the handshake; it may want a certificate of ours, or "
                        "another (--cert and --key, or cert and key in registries.toml)",
                        host)};
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return connect_error(easy, host);
    case CURLE_COULDNT_RESOLVE_HOST:
      return {ErrorCode::NotFound, host + ": no such host (check the name and the network)"};
    case CURLE_OPERATION_TIMEDOUT:
      if (connected_s == 0)
        return {ErrorCode::NotFound,
                fmt::format("{}: no connection within {} s (is the registry reachable "
                            "from here?)",
                            host, kConnectTimeout_ms / 1000)};
      return {ErrorCode::Unavailable,
              fmt::format("{}: nothing came for {} s", host, kStalledTimeout_s)};
    case CURLE_SSL_CERTPROBLEM:
      return {ErrorCode::Invalid,
              fmt::format("{}: our certificate cannot be used (is the key the certificate's, and "
                          "without a passphrase?): {}",
                          host, reason)};
    case CURLE_SSL_CACERT_BADFILE:
      return {ErrorCode::Invalid,
              fmt::format("{}: the authorities given for it cannot be read: {}", host, reason)};
    case CURLE_SSL_CONNECT_ERROR:
      return {ErrorCode::Malformed,
              fmt::format("{}: no TLS there: {} (a registry without TLS needs --plain-http)", host,
                          reason)};
    case CURLE_SEND_FAIL_REWIND:
      return {ErrorCode::Unavailable, host + ": the connection was closed"};
    case CURLE_PEER_FAILED_VERIFICATION:
      return {ErrorCode::Denied,
              fmt::format("{}: {}", host, certificate_reason(verify_result, reason))};
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
      return {
          ErrorCode::Malformed,
          fmt::format(
              "{}: no HTTP came back: {} (is the address a registry's, and does it want https?)",
              host, reason)};
    default:
      return {ErrorCode::Unavailable, fmt::format("{}: {}", host, reason)};
  }
}

Result<HttpResponse> CurlTransport::send(const HttpRequest& request) {
  Handle handle(*this);
  if (!handle.get()) return fail(ErrorCode::Io, "libcurl cannot be set up");
  Exchange exchange(request, handle.get());
  exchange.set_options();
  CURLcode code = curl_easy_perform(handle.get());
  if (code != CURLE_OK) return std::unexpected(exchange.error_of(code));
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  exchange.response.status = static_cast<int>(status);
  return std::move(exchange.response);
}

}  // namespace wherry::distribution
