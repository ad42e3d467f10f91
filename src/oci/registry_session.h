// Exchanges with one registry: where it is, and what it wants to see before it answers. Anonymous,
// with docker's Bearer tokens where a registry hands them out to anybody.
#pragma once

#include <mutex>
#include <string>

#include "oci/http.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::oci {

struct SessionOptions {
  bool plain_http = false;  // loopback registries are spoken to without TLS in any case
};

// Thread-safe.
class RegistrySession {
 public:
  // `transport` must outlive the session. `registry` is a Reference's.
  RegistrySession(Transport& transport, const std::string& registry, const SessionOptions& options);

  // "https://r.io/v2/team/demo".
  std::string repository_url(const Reference& reference) const;

  // Sends, and once more with a fresh token when the registry asks for one. The token goes to the
  // registry alone: a URL may lead to another host.
  Result<HttpResponse> send(HttpRequest request);

 private:
  std::string token();
  // Fetches another token than `refused`, unless another thread just did.
  Result<> renew_token(const HttpResponse& refusal, const std::string& refused);

  Transport& transport_;
  std::string base_url_;  // "http://127.0.0.1:5000"
  std::mutex mutex_;
  std::string token_;  // empty where none was asked for; guarded by mutex_
};

}  // namespace wherry::oci
