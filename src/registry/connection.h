// One connection's HTTP/1.1: reads requests, has them answered, writes the answers, one after the
// other, on a thread of its own. RFC 9112; heads and chunked bodies are parsed by Boost.Beast,
// which only connection.cc includes.
//
// Refused here: 400 malformed, 408 too slow, 414 and 431 too large, 417 unknown expectation, 501
// transfer coding, 505 version; after each the connection ends.
#pragma once

#include <atomic>
#include <string>

#include "registry/exchange.h"
#include "registry/stream.h"

namespace wherry::registry {

struct ConnectionOptions {
  std::string server_software;  // the Server field
  std::string remote_address;
  // Set by the server: no further request after the one in progress.
  const std::atomic<bool>* ends_soon;
  // Set here: whether a request is in progress, so that the server knows what may be interrupted.
  std::atomic<bool>* is_busy;
};

// Until the client leaves, or a rule ends it.
void serve_connection(Stream& stream, const Handler& handler, const ConnectionOptions& options);

}  // namespace wherry::registry
