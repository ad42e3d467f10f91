// Exchanges with one registry: where it is, and what it wants to see before it answers. Anonymous,
// with docker's Bearer tokens where a registry hands them out to anybody.
#pragma once

#include <string>

#include "oci/http.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::oci {

struct SessionOptions {
  bool plain_http = false;  // loopback registries are spoken to without TLS in any case
};

// One thread at a time.
class RegistrySession {
 public:
  // `transport` must outlive the session. `registry` is a Reference's.
  RegistrySession(Transport& transport, const std::string& registry, const SessionOptions& options);

  // "https://r.io/v2/team/demo".
  std::string repository_url(const Reference& reference) const;

  // Sends, and once more with a token when the registry asks for one. The token goes to the
  // registry alone: a URL may lead to another host.
  Result<HttpResponse> send(HttpRequest request);

 private:
  Result<> fetch_token(const HttpResponse& refusal);

  Transport& transport_;
  std::string base_url_;  // "http://127.0.0.1:5000"
  std::string token_;     // empty where none was asked for
};

}  // namespace wherry::oci
