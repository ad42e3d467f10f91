// Listens, and gives each connection a thread: few clients with long transfers are what a registry
// has, and a thread may wait for the disk and hash without holding anybody up. How many there are
// is limited (limits.h); beyond it clients are answered 503.
#pragma once

#include <memory>
#include <string>

#include "http/listen_address.h"
#include "registry/exchange.h"
#include "registry/tls.h"
#include "support/result.h"

namespace wherry::registry {

struct ServerOptions {
  http::ListenAddress listen;
  const TlsContext* tls = nullptr;  // borrowed; nullptr: plain HTTP
  std::string server_software;      // the Server field
};

class Server {
 public:
  // Binds and listens. Blocks SIGTERM, SIGINT and SIGHUP, for run(): before there are other
  // threads. Errors: Unavailable where the port is in use; Denied; Invalid for an address that is
  // not ours.
  static Result<std::unique_ptr<Server>> create(ServerOptions options, Handler handler);
  ~Server();

  // "http://127.0.0.1:5000", with the port that was really taken.
  const std::string& url() const;

  // Serves until SIGTERM or SIGINT: then accepts nothing more, ends idle connections, and lets what
  // is in progress end within limits::kGrace, or until a second signal. `on_minute` is called now
  // and then, `on_hangup` at SIGHUP.
  void run(const std::function<void()>& on_minute, const std::function<void()>& on_hangup);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace wherry::registry
