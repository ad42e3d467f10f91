// One exchange by libcurl: what a request asks for, as options of a CURL handle; the answer, by its
// callbacks; what goes wrong, in words.
#pragma once

#include <optional>
#include <string_view>

#include "distribution/http.h"
#include "distribution/libcurl.h"

namespace wherry::distribution {

// The callbacks' user pointer, while it lasts; none of them throws or unwinds.
class CurlExchange {
 public:
  // Sets the handle's options; its connections stay. Both are borrowed.
  CurlExchange(const HttpRequest& request, CURL* easy);
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;
  ~CurlExchange() { libcurl().slist_free_all(headers_); }

  // Errors: Transport's. At most once.
  Result<HttpResponse> perform();
  // Transport's error for what libcurl says of this handle.
  Error error_of(CURLcode code) const;

 private:
  void set_tls(const TlsSettings& tls);
  void set_method();
  void add_header(const std::string& line) {
    headers_ = libcurl().slist_append(headers_, line.c_str());
  }
  size_t take_header(std::string_view line);
  size_t take_body(ByteSpan bytes);
  size_t give_body(std::span<std::byte> into);
  int go_back(curl_off_t offset, int origin);
  uint64_t body_bytes() const {
    return request_.streamed_body.read ? request_.streamed_body.size_bytes : request_.body.size();
  }

  const HttpRequest& request_;
  CURL* easy_;
  HttpResponse response_ = {};
  size_t header_bytes_ = 0;
  uint64_t answer_bytes_ = 0;
  uint64_t sent_bytes_ = 0;
  std::optional<Error> refused_ = {};  // why a callback ended the exchange
  curl_slist* headers_ = nullptr;
  char curl_message_[CURL_ERROR_SIZE] = {};
};

}  // namespace wherry::distribution
