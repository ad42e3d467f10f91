// Whether an application may be used, by the trust policies that there are (trust/trust_policy.h):
// gathers what their rules want to know, from the store and the module.
#pragma once

#include "signing/image_signature.h"
#include "support/bytes.h"
#include "support/result.h"
#include "trust/trust_policy.h"

namespace wherry::signing {

// An image of the store, under the name that rules are asked for. What is attached to it, and its
// module, are read where a rule wants to know them, and not else: a module's digest is the
// manifest's word, to which it was held when it came into the store. Errors: Denied names the rule;
// those of what had to be read.
Result<> check_image_trust(const trust::TrustPolicy& policy, const std::string& name,
                           const oci::ImageStore& store, const oci::Image& image);

// A bare file.
Result<> check_file_trust(const trust::TrustPolicy& policy, const fs::path& file, ByteSpan module);

// The claims of a module, with their times checked against the clock.
Result<std::optional<trust::Claims>> read_valid_claims(ByteSpan module);

}  // namespace wherry::signing
