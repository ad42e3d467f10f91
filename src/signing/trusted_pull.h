// A pull under trust policies: what is fetched gets its name once it is trusted, and no sooner;
// what is refused leaves nothing, and an image that had the name keeps it.
#pragma once

#include <functional>

#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"
#include "trust/trust_policy.h"

namespace wherry::signing {

// Fetches the image with what is attached to it, and stores it under this name.
using FetchImage = std::function<Result<oci::Image>(const oci::Reference& stored_as)>;

// Rules are asked for both names: where it comes from, and what it is to be called. Errors: Denied
// names the rule; those of `fetch`.
Result<oci::Image> pull_trusted(oci::ImageStore& store, const trust::TrustPolicy& policy,
                                const oci::Reference& source, const oci::Reference& stored_as,
                                const FetchImage& fetch);

}  // namespace wherry::signing
