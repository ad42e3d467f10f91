// Signing in to a registry: a credential is tried before it is kept.
#pragma once

#include <string>
#include <string_view>

#include "distribution/credentials.h"
#include "distribution/http.h"
#include "distribution/registry_session.h"
#include "support/result.h"

namespace wherry::distribution {

struct SignInPlace {
  std::string registry;  // "r.io:5000"
  std::string key;       // under which it is kept: the registry, or a namespace of it
};

// "r.io", "https://r.io/", "r.io/team". Errors: Malformed; Denied for http://.
Result<SignInPlace> parse_sign_in_place(std::string_view text);

struct SignedIn {
  Credential credential;    // to be kept: an identity token, where one was given for the password
  bool was_checked = true;  // false when the registry lets anybody in, and did not look at it
};

// Shows `credential` to the registry. Errors: Denied when it is not accepted; as RegistrySession.
Result<SignedIn> sign_in(Transport& transport, const SignInPlace& place,
                         const Credential& credential, SessionOptions options);

}  // namespace wherry::distribution
