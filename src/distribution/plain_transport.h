// HTTP without TLS and proxies, for what registries are ordinarily asked and answer; the rest goes
// to another transport, which is made when it is first needed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distribution/connection.h"
#include "distribution/http.h"

namespace wherry::distribution {

class PlainTransport : public Transport {
 public:
  using Source = std::function<Result<std::unique_ptr<Transport>>()>;
  // `other` is called once, at most until it succeeds; its errors are those of the exchanges that
  // needed it.
  explicit PlainTransport(Source other) : make_other_(std::move(other)) {}

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  Result<std::optional<HttpResponse>> send_plainly(const HttpRequest& request);
  // `connection` is kept for the next request, if the host does so.
  Result<std::optional<HttpResponse>> exchange(const HttpRequest& request, const std::string& text,
                                               std::unique_ptr<Connection>& connection);
  std::unique_ptr<Connection> take_idle(const std::string& origin);
  Result<Transport*> other();

  Source make_other_;
  std::mutex mutex_;
  std::unique_ptr<Transport> other_;  // guarded by mutex_, as is what follows
  // Connections on which the last exchange has ended, by the origin of URLs.
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle_;
};

}  // namespace wherry::distribution
