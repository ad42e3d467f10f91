// Transport over libcurl: HTTP and HTTPS with the system's certificates. As many connections as
// exchanges ran at the same time are kept for later ones. Linked into wherry-registry only: libcurl
// and its TLS stack cost milliseconds at every start.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "distribution/http.h"

namespace wherry::distribution {

class CurlTransport : public Transport {
 public:
  // Errors: Io when libcurl cannot be set up.
  static Result<std::unique_ptr<CurlTransport>> create();
  ~CurlTransport() override;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  class Handle;
  explicit CurlTransport(void* easy) : idle_({easy}) {}

  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL handles that no exchange uses, owned; guarded by mutex_
};

}  // namespace wherry::distribution
