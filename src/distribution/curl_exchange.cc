#include "distribution/curl_exchange.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "distribution/direct_exchange.h"
#include "distribution/registry_protocol.h"
#include "distribution/response_head.h"
#include "distribution/tls_errors.h"
#include "support/quotes.h"

namespace wherry::distribution {

static constexpr long kConnectTimeout_ms = 10'000;
// libcurl's largest for receiving. Its own, 16 KiB, cost a system call each.
static constexpr long kBufferBytes = 512 * 1024;

size_t CurlExchange::take_header(std::string_view line) {
  header_bytes_ += line.size();
  if (header_bytes_ > limits::kHeaderBytes) {
    refused_ = {ErrorCode::Malformed,
                fmt::format("the answer's headers exceed {} bytes", limits::kHeaderBytes)};
    return 0;
  }
  // Each 1xx begins anew.
  if (line.starts_with("HTTP/")) response_.headers.clear();
  add_header_line(response_, line);
  return line.size();
}

size_t CurlExchange::give_body(std::span<std::byte> into) {
  size_t length = static_cast<size_t>(std::min<uint64_t>(into.size(), body_bytes() - sent_bytes_));
  if (length == 0) return 0;
  if (request_.streamed_body.read) {
    Result<size_t> given = request_.streamed_body.read(sent_bytes_, into.first(length));
    if (!given) {
      refused_ = std::move(given).error();
      return CURL_READFUNC_ABORT;
    }
    length = *given;
  } else {
    std::memcpy(into.data(), request_.body.data() + sent_bytes_, length);
  }
  sent_bytes_ += length;
  return length;
}

// A kept connection that turns out to be closed makes libcurl send the body again. Not so a PATCH:
// what a registry has taken of it would be there twice.
int CurlExchange::go_back(curl_off_t offset, int origin) {
  if (request_.method == "PATCH" && sent_bytes_ > 0) return CURL_SEEKFUNC_FAIL;
  if (origin != SEEK_SET || offset < 0 || static_cast<uint64_t>(offset) > body_bytes())
    return CURL_SEEKFUNC_FAIL;
  sent_bytes_ = static_cast<uint64_t>(offset);
  return CURL_SEEKFUNC_OK;
}

size_t CurlExchange::take_body(ByteSpan bytes) {
  long status = 0;
  libcurl().easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  if (request_.sink && (status == 200 || status == 206)) {
    response_.status = static_cast<int>(status);
    Result<> taken = request_.sink(response_, bytes);
    if (taken) return bytes.size();
    refused_ = std::move(taken).error();
    return 0;
  }
  answer_bytes_ += bytes.size();
  if (answer_bytes_ > request_.answer_bytes_max) {
    refused_ = {ErrorCode::Malformed,
                fmt::format("the answer exceeds {} bytes", request_.answer_bytes_max)};
    return 0;
  }
  response_.body += as_text(bytes);
  return bytes.size();
}

void CurlExchange::set_method() {
  if (request_.method == "HEAD") libcurl().easy_setopt(easy_, CURLOPT_NOBODY, 1L);
  if (request_.method == "POST") {
    libcurl().easy_setopt(easy_, CURLOPT_POST, 1L);
    libcurl().easy_setopt(easy_, CURLOPT_POSTFIELDS, request_.form.c_str());
    libcurl().easy_setopt(easy_, CURLOPT_POSTFIELDSIZE_LARGE,
                          static_cast<curl_off_t>(request_.form.size()));
    if (request_.form.empty()) add_header("Content-Type:");
  }
  if (request_.method == "DELETE") libcurl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, "DELETE");
  if (request_.method == "PUT" || request_.method == "PATCH") {
    libcurl().easy_setopt(easy_, CURLOPT_UPLOAD, 1L);
    libcurl().easy_setopt(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
    const auto on_send = [](char* buffer, size_t size, size_t count, void* self) {
      return static_cast<CurlExchange*>(self)->give_body(
          {reinterpret_cast<std::byte*>(buffer), size * count});
    };
    const auto on_seek = [](void* self, curl_off_t offset, int origin) {
      return static_cast<CurlExchange*>(self)->go_back(offset, origin);
    };
    libcurl().easy_setopt(easy_, CURLOPT_READFUNCTION, +on_send);
    libcurl().easy_setopt(easy_, CURLOPT_READDATA, this);
    libcurl().easy_setopt(easy_, CURLOPT_SEEKFUNCTION, +on_seek);
    libcurl().easy_setopt(easy_, CURLOPT_SEEKDATA, this);
    libcurl().easy_setopt(easy_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(body_bytes()));
    // Not every registry answers 100; libcurl would wait a second for it.
    add_header("Expect:");
  }
}

// The system's authorities stay trusted: libcurl reads their folder beside the given ones.
void CurlExchange::set_tls(const TlsSettings& tls) {
  if (!tls.ca_pem.empty()) {
    curl_blob authorities{const_cast<char*>(tls.ca_pem.data()), tls.ca_pem.size(),
                          CURL_BLOB_NOCOPY};
    libcurl().easy_setopt(easy_, CURLOPT_CAINFO_BLOB, &authorities);
  }
  if (!tls.cert_file.empty()) {
    libcurl().easy_setopt(easy_, CURLOPT_SSLCERT, tls.cert_file.c_str());
    libcurl().easy_setopt(easy_, CURLOPT_SSLKEY, tls.key_file.c_str());
    libcurl().easy_setopt(easy_, CURLOPT_KEYPASSWD, "");  // never asks on the terminal
  }
}

CurlExchange::CurlExchange(const HttpRequest& request, CURL* easy)
    : request_(request), easy_(easy) {
  const auto on_header = [](char* bytes, size_t size, size_t count, void* self) {
    return static_cast<CurlExchange*>(self)->take_header({bytes, size * count});
  };
  const auto on_body = [](char* bytes, size_t size, size_t count, void* self) {
    return static_cast<CurlExchange*>(self)->take_body(as_bytes({bytes, size * count}));
  };
  std::string_view origin = url_origin(request_.url);
  libcurl().easy_reset(easy_);  // keeps the connection
  libcurl().easy_setopt(easy_, CURLOPT_URL, request_.url.c_str());
  libcurl().easy_setopt(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  // Blobs are few and large, and each has a connection: the frames of HTTP/2 only cost, 10 % of a
  // pull.
  libcurl().easy_setopt(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  libcurl().easy_setopt(easy_, CURLOPT_CONNECTTIMEOUT_MS, kConnectTimeout_ms);
  libcurl().easy_setopt(easy_, CURLOPT_LOW_SPEED_LIMIT, 1L);
  libcurl().easy_setopt(easy_, CURLOPT_LOW_SPEED_TIME, long{kStalledTimeout_s});
  libcurl().easy_setopt(easy_, CURLOPT_NOSIGNAL, 1L);
  libcurl().easy_setopt(easy_, CURLOPT_BUFFERSIZE, kBufferBytes);
  libcurl().easy_setopt(easy_, CURLOPT_UPLOAD_BUFFERSIZE, kBufferBytes);
  libcurl().easy_setopt(easy_, CURLOPT_USERAGENT, kUserAgent);
  libcurl().easy_setopt(easy_, CURLOPT_ERRORBUFFER, curl_message_);
  libcurl().easy_setopt(easy_, CURLOPT_HEADERFUNCTION, +on_header);
  libcurl().easy_setopt(easy_, CURLOPT_HEADERDATA, this);
  libcurl().easy_setopt(easy_, CURLOPT_WRITEFUNCTION, +on_body);
  libcurl().easy_setopt(easy_, CURLOPT_WRITEDATA, this);
  // What the environment names as proxy cannot reach our loopback.
  if (is_loopback_registry(origin.substr(origin.find("//") + 2)))
    libcurl().easy_setopt(easy_, CURLOPT_NOPROXY, "*");

  for (const std::string& line : request_.headers) add_header(line);
  if (!request_.authorization.empty()) add_header("Authorization: " + request_.authorization);
  if (request_.tls) set_tls(*request_.tls);
  set_method();
  libcurl().easy_setopt(easy_, CURLOPT_HTTPHEADER, headers_);
}

static Error connect_error(CURL* easy_, std::string_view host) {
  long error_number = 0;
  libcurl().easy_getinfo(easy_, CURLINFO_OS_ERRNO, &error_number);
  if (error_number == ECONNREFUSED)
    return {
        ErrorCode::NotFound,
        fmt::format("{}: connection refused (is the registry running, and on that port?)", host)};
  Error error = system_error(static_cast<int>(error_number), std::string(host));
  return {ErrorCode::NotFound, error.message + " (is the registry reachable from here?)"};
}

Error CurlExchange::error_of(CURLcode code) const {
  if (refused_) return *refused_;
  const char* url = nullptr;
  libcurl().easy_getinfo(easy_, CURLINFO_EFFECTIVE_URL, &url);
  std::string_view origin = url_origin(url ? url : "");
  if (origin.empty()) origin = url_origin(request_.url);  // a redirect led to no host
  std::string host = quote(origin.substr(origin.find("//") + 2), 255);
  double connected_s = 0;
  libcurl().easy_getinfo(easy_, CURLINFO_CONNECT_TIME, &connected_s);
  std::string reason = quote(curl_message_[0] ? curl_message_ : libcurl().easy_strerror(code));
  long verify_result = 0;
  libcurl().easy_getinfo(easy_, CURLINFO_SSL_VERIFYRESULT, &verify_result);
  if ((code == CURLE_SSL_CONNECT_ERROR || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR) &&
      wants_our_certificate(reason))
    return {ErrorCode::Denied,
            fmt::format("{}: it wants a certificate of ours, or another (--cert and --key, or cert "
                        "and key in registries.toml): {}",
                        host, reason)};
  // In TLS 1.3 the client is through with the handshake before the server has judged it.
  if (origin.starts_with("https:") && header_bytes_ == 0 &&
      reason.find("getpeername") != reason.npos)
    return {ErrorCode::Denied,
            fmt::format("{}: it hung up after the handshake; it may want a certificate of ours, or "
                        "another (--cert and --key, or cert and key in registries.toml)",
                        host)};
  switch (code) {
    case CURLE_COULDNT_CONNECT:
      return connect_error(easy_, host);
    case CURLE_COULDNT_RESOLVE_HOST:
      return no_such_host(host);
    case CURLE_OPERATION_TIMEDOUT:
      if (connected_s == 0)
        return {ErrorCode::NotFound,
                fmt::format("{}: no connection within {} s (is the registry reachable "
                            "from here?)",
                            host, kConnectTimeout_ms / 1000)};
      return stalled(host);
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

Result<HttpResponse> CurlExchange::perform() {
  CURLcode code = libcurl().easy_perform(easy_);
  if (code != CURLE_OK) return std::unexpected(error_of(code));
  long status = 0;
  libcurl().easy_getinfo(easy_, CURLINFO_RESPONSE_CODE, &status);
  response_.status = static_cast<int>(status);
  return std::move(response_);
}

}  // namespace wherry::distribution
