// Exchanges with one registry: where it is, what it wants to see before it answers
// (authenticator.h), and by which certificates both sides are known (registries.h).
//
// Credentials and tokens reach the registry and its token server alone, not what a redirect or a
// Location leads to; and they travel without TLS to the loopback interface only, or where the
// operator has said so for this registry.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "distribution/authenticator.h"
#include "distribution/http.h"
#include "distribution/redirects.h"
#include "distribution/registries.h"
#include "distribution/retry.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

struct SessionOptions {
  bool plain_http = false;  // loopback registries are spoken to without TLS in any case
  // What the command line says; beside what registries.toml has for the registry.
  std::string ca_file = {};                                // for every host of the session
  std::string cert_file = {}, key_file = {};               // for the registry itself
  std::shared_ptr<const Registries> registries = nullptr;  // shared by sessions; null: none known
  AuthenticatorOptions sign_in = {};
  RetryOptions retry = {};
};

// Thread-safe.
class RegistrySession {
 public:
  // `transport` must outlive the session. `registry` is a Reference's.
  RegistrySession(Transport& transport, const std::string& registry, const SessionOptions& options);

  // "https://r.io/v2/team/demo".
  std::string repository_url(const oci::Reference& reference) const;
  // "https://r.io"
  const std::string& base_url() const { return base_url_; }

  // For those who stream, whose requests send() does not try again.
  const RetryOptions& retry_options() const { return transport_.options(); }

  // Sends, and once more when the registry wants to know who asks, or wants it anew. What is read
  // follows redirects. Errors: the transport's; Denied when the registry still wants to know: the
  // message says what was shown and how to sign in; those of the files that are needed for it.
  Result<HttpResponse> send(HttpRequest request);

  // An identity token that was given for a password (AuthenticatorOptions), or empty.
  std::string identity_token() { return authenticator_.identity_token(); }

 private:
  class TokenTransport;
  Result<const TlsSettings*> tls_of(std::string_view url);
  Result<TlsSettings> load_tls(const std::string& host, bool is_ours) const;

  RetryingTransport transport_;
  const SessionOptions options_;
  std::string base_url_;  // "http://127.0.0.1:5000"
  std::mutex mutex_;
  std::map<std::string, TlsSettings> tls_;  // by host, once needed; guarded by mutex_
  std::unique_ptr<Transport> token_transport_;
  Authenticator authenticator_;
};

// What a request to a registry needs to be allowed to do, read off its method and URL (the
// endpoints of OCI distribution 1.1).
Need need_of(const HttpRequest& request);

}  // namespace wherry::distribution
