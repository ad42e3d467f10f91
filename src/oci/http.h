// One HTTP exchange, as the registry client needs it. The interface stands between the client and
// libcurl (curl_transport.h), so that the client's rules are tested without a network, and only
// wherry-registry links curl.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "oci/limits.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::oci {

struct HttpRequest {
  std::string method = "GET";  // GET, HEAD, POST, PUT
  std::string url;
  std::vector<std::string> headers = {};  // "Accept: application/json"
  std::string bearer_token = {};  // sent to the URL's own host only, not to where it redirects
  ByteSpan body = {};             // of PUT; borrowed until the answer is there
  // Of an answer's body; what exceeds it ends the exchange with Malformed.
  uint64_t answer_bytes_max = limits::kAnswerBytes;
  // Takes the body of a 200 in pieces, in the place of HttpResponse::body; its error ends the
  // exchange.
  std::function<Result<>(ByteSpan)> sink = {};
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string> headers =
      {};  // names in lower case; repeated ones joined by ", "
  std::string body = {};

  // Empty where there is none.
  std::string header(const char* name) const {
    auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

// One thread at a time.
class Transport {
 public:
  virtual ~Transport() = default;
  // Any HTTP status is an answer, and no error. GET and HEAD follow redirects, never from https to
  // http. Errors: Unavailable (refused, no such host, stalled), Denied (certificate), Malformed (no
  // HTTP, too large), and those of the sink; the message begins with the host.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace wherry::oci
