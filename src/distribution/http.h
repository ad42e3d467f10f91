// One HTTP exchange, as the registry client needs it. The interface stands between the client and
// what speaks HTTP (plain_transport.h, curl_transport.h), so that the client's rules are tested
// without a network.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "distribution/limits.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::distribution {

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

// A body that is read in pieces while it is sent, for what is not to be in memory as a whole.
struct HttpBody {
  uint64_t size_bytes = 0;
  // Fills `into` with the bytes from `offset` on, at least one of them, and says how many. Goes
  // back to an earlier offset when a request is sent again. Its error ends the exchange.
  std::function<Result<size_t>(uint64_t offset, std::span<std::byte> into)> read = {};
};

// How a host shows who it is, and how we do.
struct TlsSettings {
  std::string ca_pem = {};     // authorities that are trusted beside the system's
  std::string cert_file = {};  // our certificate and its key, both PEM; empty: none
  std::string key_file = {};

  bool operator==(const TlsSettings&) const = default;
};

struct HttpRequest {
  std::string method = "GET";  // GET, HEAD, POST, PUT, PATCH, DELETE
  std::string url;
  std::vector<std::string> headers = {};  // "Accept: application/json"
  // The value of Authorization; a secret.
  std::string authorization = {};
  std::string form = {};             // body of POST; may hold a secret
  const TlsSettings* tls = nullptr;  // borrowed; null: the system's authorities, no certificate
  ByteSpan body = {};                // of PUT and PATCH; borrowed until the answer is there
  HttpBody streamed_body = {};  // of PUT and PATCH, in the place of `body`, where it has `read`
  // Of an answer's body; what exceeds it ends the exchange with Malformed.
  uint64_t answer_bytes_max = limits::kAnswerBytes;
  // Takes the body of a 200 or 206 in pieces, in the place of HttpResponse::body; `head` has status
  // and headers. Its error ends the exchange.
  std::function<Result<>(const HttpResponse& head, ByteSpan bytes)> sink = {};
  // Of a GET: where the next bytes for the sink may be put, at least one of them, until it is
  // called with a beginning of that. A transport need not use it. Its error ends the exchange.
  std::function<Result<std::span<std::byte>>()> room = {};
};

// Thread-safe: exchanges may run at the same time, each on a connection of its own. What a request
// refers to is called by the thread that sends it.
class Transport {
 public:
  virtual ~Transport() = default;
  // Any HTTP status is an answer, and no error; redirects are not followed. Errors: NotFound (no
  // such host, or nothing that accepts connections there), Unavailable (cut off or stalled), Denied
  // (certificate), Malformed (no HTTP, too large), Unsupported (a library is missing), and those of
  // the sink and of the streamed body; the message begins with the host.
  virtual Result<HttpResponse> send(const HttpRequest& request) = 0;
};

}  // namespace wherry::distribution
