// Where trust policies are (trust_policy.h).
#pragma once

#include "support/file.h"

namespace wherry::trust {

struct TrustPaths {
  fs::path machine;  // /etc/wherry/trust.toml
  fs::path user;     // $XDG_CONFIG_HOME/wherry/trust.toml, or in ~/.config; empty: none
};
// From our environment.
TrustPaths trust_paths();

}  // namespace wherry::trust
