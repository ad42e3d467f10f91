// What belongs to an image in a registry: signatures, bills of materials, attestations (OCI
// distribution 1.1, end-12, and "Referrers Tag Schema" for registries without that end point).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "distribution/registry_session.h"
#include "oci/manifest.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

struct Referrer {
  oci::Descriptor manifest;
  std::string artifact_type;  // empty where it is not told
};

// An index of them. Errors: Malformed.
Result<std::vector<Referrer>> parse_referrers(std::string_view json);

// "sha256-<hex>", under which their index is where the end point is missing.
std::string referrers_tag(const Digest& subject);

// All that refer to `subject` in `repository`. None is no error. Errors: as RegistrySession;
// Malformed, also beyond oci::limits::kIndexEntries.
Result<std::vector<Referrer>> list_referrers(RegistrySession& session,
                                             const oci::Reference& repository,
                                             const Digest& subject);

}  // namespace wherry::distribution
