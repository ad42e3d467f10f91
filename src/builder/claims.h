// The claims of wherry.toml put into the module that was built. wherry-trust signs them: private
// keys are handled there and nowhere else.
#pragma once

#include <string>

#include "policy/application_file.h"
#include "support/bytes.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::builder {

struct ClaimsSigning {
  std::string account;               // whose key: a name in the key folder, or a file
  std::string passphrase_file = {};  // empty: $COSIGN_PASSWORD, or the terminal asks
};

// The module with its claims, called `name`. `temporary` is a folder of ours. The same module and
// time ($SOURCE_DATE_EPOCH, else now) give the same bytes. Errors: what wherry-trust says.
Result<Bytes> sign_claims(const Bytes& module, const policy::ClaimsSection& claims,
                          const std::string& name, const ClaimsSigning& signing,
                          const fs::path& temporary);

}  // namespace wherry::builder
