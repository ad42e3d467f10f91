// What all of our HTTP/1.1 servers share: fields, the phrases of statuses, a response's head as
// text. RFC 9110 (semantics), RFC 9112 (HTTP/1.1). Connections and bodies are each server's own.
#pragma once

#include <ctime>
#include <span>
#include <string>
#include <string_view>

namespace wherry::http {

struct Field {
  std::string name;
  std::string value;
  bool operator==(const Field&) const = default;
};

// Names of fields are compared without regard to (ASCII) case.
bool same_field_name(std::string_view a, std::string_view b);

// RFC 9110 §5.6.2: a token, as methods and names of fields are.
bool is_token(std::string_view text);

// "Not Found"; "Unknown" for a status without a standard phrase.
std::string_view standard_reason(unsigned status);

struct ResponseHead {
  unsigned status;
  std::string_view reason = {};  // empty: the standard one
  // Without those that the connection itself decides: Connection, Content-Length, Date, Server,
  // Transfer-Encoding. The values hold no control characters but tabs.
  std::span<const Field> fields;
  std::string_view content_length;  // digits; empty: none is announced
  bool keep_alive;
  bool version_1_0;  // HTTP/1.0 has to be told of keep-alive
  std::time_t now;
  std::string_view server;  // "wherry/1.0"
};

// The status line and all fields, up to and with the empty line.
std::string format_response_head(const ResponseHead& response);

}  // namespace wherry::http
