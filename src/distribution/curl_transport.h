// Transport over libcurl: HTTP and HTTPS with the system's certificates. As many connections as
// exchanges ran at the same time are kept for later ones.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "distribution/http.h"

namespace wherry::distribution {

class CurlTransport : public Transport {
 public:
  // Errors: load_libcurl's.
  static Result<std::unique_ptr<Transport>> create();
  ~CurlTransport() override;

  Result<HttpResponse> send(const HttpRequest& request) override;

 private:
  class Handle;
  explicit CurlTransport(void* easy) : idle_({easy}) {}

  std::mutex mutex_;
  std::vector<void*> idle_;  // CURL handles that no exchange uses, owned; guarded by mutex_
};

}  // namespace wherry::distribution
