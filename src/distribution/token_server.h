// Docker's token servers: what they are asked (distribution's documents "Token Authentication
// Specification" and "Token Authentication Implementation"; its oauth2 page for identity tokens),
// and what they answer.
//
// Trust: the answer is hostile. A registry names its token server itself, on any host; what is sent
// there is that registry's credential, and never over plain HTTP unless the registry is spoken to
// so.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "distribution/challenge.h"
#include "distribution/credential.h"
#include "distribution/http.h"
#include "support/result.h"

namespace wherry::distribution {

struct TokenQuestion {
  BearerChallenge challenge;
  Scopes scopes;          // what is asked for
  Credential credential;  // empty: as anybody
  // Whether an identity token is wanted, to be kept in the password's place.
  bool wants_identity_token = false;
};

// With an identity token: OAuth 2's refresh_token grant, by POST (RFC 6749 §6). Else a GET, with
// the password as Basic. Errors: Malformed when the realm is no URL.
Result<HttpRequest> token_request(const TokenQuestion& question);

struct TokenAnswer {
  std::string token;
  uint64_t lifetime_s = 0;
  std::string identity_token = {};  // empty where none came
};

// The token in `token` or `access_token`. Errors: Malformed, also for one that cannot stand in a
// header; no message holds any of it.
Result<TokenAnswer> parse_token_answer(std::string_view json);

// "Basic <base64 of user:password>" (RFC 7617).
std::string basic_authorization(const Credential& credential);

}  // namespace wherry::distribution
