// Signs in to one registry: keeps what its challenges (challenge.h) were answered with, and answers
// them anew when a token is over or does not reach far enough. The credential is looked up when the
// registry asks for the first time, not before: most images are anybody's.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "distribution/challenge.h"
#include "distribution/credentials.h"
#include "distribution/http.h"
#include "distribution/token_server.h"
#include "support/result.h"

namespace wherry::distribution {

struct AuthenticatorOptions {
  CredentialSource credentials = {};  // empty: nobody's
  bool wants_identity_token = false;
};

// What a request needs to be allowed to do.
struct Need {
  std::string repository;  // whose credential is shown; empty for none in particular
  Scopes scopes;
};

// Thread-safe; several requests that are refused at once wait for one token.
class Authenticator {
 public:
  // `registry` as in references; `origin` is where it is ("https://r.io"). `transport` outlives it.
  Authenticator(Transport& transport, std::string registry, std::string origin,
                AuthenticatorOptions options);

  // What to put into Authorization; empty where nobody has asked for anything yet.
  Result<std::string> authorization(const Need& need);

  // The same after a 401, in the place of `refused`. Errors: Denied when there is no credential, or
  // it is not accepted; the message says which and how to sign in.
  Result<std::string> answer(const HttpResponse& refusal, const Need& need,
                             const std::string& refused);

  // The error for a 401 that came though all was shown that there is.
  Error refusal_error(const HttpResponse& refusal, const Need& need);

  // An identity token that a token server gave, if it did.
  std::string identity_token();

 private:
  using Clock = std::chrono::steady_clock;

  // What was shown with success, or is about to be.
  struct Answer {
    std::string repository;  // whose credential it is
    Scopes reach;
    std::string authorization;
    std::optional<BearerChallenge> challenge;  // of a token
    std::optional<Clock::time_point> over;     // when a token is
  };

  // All with mutex_ held.
  const Answer* find(const Need& need);
  Result<CredentialLookup> look_up(const std::string& repository);
  Result<std::string> fetch(const BearerChallenge& challenge, const Need& need);
  Result<std::string> show_password(const HttpResponse& refusal, const Need& need);
  Result<> check_realm(const std::string& realm) const;
  Error denied(const HttpResponse& refusal, const CredentialLookup& lookup) const;

  Transport& transport_;
  const std::string registry_, origin_;
  const AuthenticatorOptions options_;
  std::mutex mutex_;
  std::vector<Answer> answers_;
  std::map<std::string, CredentialLookup> lookups_;  // by repository
  std::string identity_token_;
};

}  // namespace wherry::distribution
