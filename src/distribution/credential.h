// What somebody shows to a registry. A value of secrets: nothing here may reach a log, a message or
// a command line.
#pragma once

#include <string>

namespace wherry::distribution {

struct Credential {
  std::string user = {};
  std::string password = {};
  // An OAuth 2 refresh token (RFC 6749 §1.5), which a token server gave in a password's place.
  std::string identity_token = {};
  // A Bearer token to be shown as it is, without asking any token server.
  std::string registry_token = {};

  bool has_password() const { return !user.empty() && !password.empty(); }
  bool empty() const { return !has_password() && identity_token.empty() && registry_token.empty(); }

  bool operator==(const Credential&) const = default;
};

}  // namespace wherry::distribution
