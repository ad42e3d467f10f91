// The head of an answer in HTTP/1.1 (RFC 9112): a status line and header fields. Trust: it comes
// from the registry, and is hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "distribution/http.h"

namespace wherry::distribution {

// Adds a header field's line to those of the answer, repeated fields as HttpResponse says; what is
// none changes nothing.
void add_header_line(HttpResponse& response, std::string_view line);

// An answer whose body is as many bytes as its head says, behind it, and nothing else.
struct PlainHead {
  HttpResponse response;    // without its body
  size_t head_bytes = 0;    // with the empty line that ends it
  uint64_t body_bytes = 0;  // Content-Length; of an answer to HEAD 0
  bool keeps_open = false;  // another request may follow on the connection
};

enum class Asked { Body, Head };  // GET, HEAD

// nullopt for a head that is not whole yet, and for all that is not that plain: other transfer
// codings, content codings, no length, answers without a body (1xx, 204, 304), folded lines,
// another protocol.
std::optional<PlainHead> parse_plain_head(std::string_view text, Asked asked = Asked::Body);

}  // namespace wherry::distribution
