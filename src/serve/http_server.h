// The HTTP/1.1 side: listens, reads requests, writes answers. Asynchronous on Boost.Asio, with
// Boost.Beast's parser; RFC 9112. Who answers is the caller's matter: a handler gets each request,
// and answers from any thread.
//
// Connections are spread over a few I/O threads, and each stays with its own: nothing about a
// connection is locked. A connection handles one request at a time; pipelined ones wait in its
// buffer and are answered in order. Persistent as RFC 9112 §9.3 says. Each step of a connection has
// a deadline (limits.h), checked once a second, which is far cheaper than a timer a step.
//
// Refused here, before any guest runs: 400 malformed, 408 too slow, 413 body too large, 414 target
// too long, 417 unknown expectation, 431 head too large, 501 transfer coding, 503 too many
// connections or too much held in memory.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "http/listen_address.h"
#include "serve/byte_budget.h"
#include "serve/http_message.h"
#include "support/result.h"

namespace wherry::serve {

// Answers a request; from any thread, at most once. Dropped without a call, the connection is
// closed.
using Respond = std::move_only_function<void(HttpResponse)>;
// Called on an I/O thread: must not block.
using HttpHandler = std::function<void(HttpRequest, Respond)>;

struct HttpServerOptions {
  http::ListenAddress listen;
  std::string server_software;  // the Server field
  unsigned io_threads = 1;
  std::chrono::milliseconds grace;  // for requests in progress, after a signal to stop
};

class HttpServer {
 public:
  // Binds and listens; `budget` is borrowed.
  // Errors: Unavailable where the port is in use; Denied; Invalid for an address that is not ours.
  static Result<std::unique_ptr<HttpServer>> create(HttpServerOptions options, HttpHandler handler,
                                                    ByteBudget& budget);
  ~HttpServer();

  // "http://127.0.0.1:8080", with the port that was really taken.
  const std::string& url() const;

  // Serves until SIGTERM or SIGINT: then accepts nothing more, ends idle connections, and finishes
  // what is in progress. After the grace time, or a second signal, `on_grace_over` is called, which
  // has to bring the handlers' answers about; limits::kStopTimeout later this returns in any case.
  // At most once.
  void run(std::function<void()> on_grace_over);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wherry::serve
