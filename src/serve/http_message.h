// HTTP requests and responses as values, between the connections (http_server.h) and those who
// answer (request_handler.h). RFC 9110 (semantics), RFC 9112 (HTTP/1.1).
#pragma once

#include <cstdint>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.h"
#include "serve/byte_budget.h"

namespace wherry::serve {

using HttpField = http::Field;
using http::is_token;
using http::same_field_name;
using http::standard_reason;

// A request with its whole body. Well-formed as RFC 9112 demands of bytes, and otherwise the
// client's word: names are tokens, values hold no control characters but tabs, the target is
// neither empty nor has spaces.
struct HttpRequest {
  std::string method;
  std::string target;  // as sent: "/a%20b?c=d"
  bool version_1_0 = false;
  std::vector<HttpField> fields;  // in the order sent; trailers are left out
  std::string body;
  BudgetShare body_share;
  std::string remote_address;
  std::string local_address;
  uint16_t local_port = 0;
};

struct HttpResponse {
  unsigned status = 200;  // 200 to 599
  std::string reason;     // empty: the standard one
  // Without those that the connection itself decides: Connection, Content-Length, Date, Server,
  // Transfer-Encoding. The values hold no control characters but tabs.
  std::vector<HttpField> fields;
  std::string body;
  // Of the answer to a HEAD request that has no body: the length to announce, digits, or empty.
  std::string announced_length;
  BudgetShare body_share;
};

// One of our own: text/plain, the status and its phrase and a line that is safe for anybody to
// read.
HttpResponse make_plain_response(unsigned status, std::string_view explanation = {});

struct ResponseHeadOptions {
  bool keep_alive;
  bool head_request;  // announces a length, sends no body
  bool version_1_0;   // HTTP/1.0 has to be told of keep-alive
  std::time_t now;
  std::string_view server;  // "wherry/1.0"
};

// The status line and all fields, up to and with the empty line.
std::string format_response_head(const HttpResponse& response, const ResponseHeadOptions& options);

// RFC 9110 §6.4.1: whether an answer of this kind has a body at all.
bool may_have_body(unsigned status, bool head_request);

}  // namespace wherry::serve
