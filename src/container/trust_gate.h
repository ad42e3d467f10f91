// Whether what is about to run is trusted. The decision is trust::TrustPolicy's, and wherry-trust's
// to make: the front program links no code of signatures, which would cost each start its
// relocations. Without a policy file it costs the look for one: a system call for each of the two.
#pragma once

#include "policy/policy_file.h"
#include "support/file.h"
#include "support/result.h"
#include "trust/trust_paths.h"

namespace wherry::container {

// Whether there is a policy to ask. One that cannot be read counts.
bool has_trust_policy(const trust::TrustPaths& paths);

// Asks. `subject` has a file and its module's digest, or an image and its manifest's. Errors:
// Denied names the rule, or says why there is no answer.
Result<> check_trust(const policy::Subject& subject, const fs::path& image_store);

}  // namespace wherry::container
