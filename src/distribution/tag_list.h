// The tags of a repository in a registry (OCI distribution 1.1, end-8).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "distribution/registry_session.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// One page. Errors: Malformed, also for what is no tag.
Result<std::vector<std::string>> parse_tag_page(std::string_view json);

// Sorted. Errors: NotFound; Malformed, also beyond limits::kTags; as
// RegistrySession.
Result<std::vector<std::string>> list_tags(RegistrySession& session,
                                           const oci::Reference& repository);

}  // namespace wherry::distribution
