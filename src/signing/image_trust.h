// Whether an application may be used, by the trust policies that there are (trust/trust_policy.h):
// gathers what their rules want to know, from the store and the module.
#pragma once

#include "signing/image_signature.h"
#include "support/bytes.h"
#include "support/result.h"
#include "trust/trust_policy.h"

namespace wherry::signing {

// An image, with what is attached to it, and its module's bytes. Nothing is read where no rule
// wants it. Errors: Denied names the rule; those of what had to be read.
Result<> check_image_trust(const trust::TrustPolicy& policy, const std::string& name,
                           const SignedManifest& image, ByteSpan module);

// A bare file.
Result<> check_file_trust(const trust::TrustPolicy& policy, const fs::path& file, ByteSpan module);

// The claims of a module, with their times checked against the clock.
Result<std::optional<trust::Claims>> read_valid_claims(ByteSpan module);

}  // namespace wherry::signing
