// A pull under trust policies: what is fetched gets its name once it is trusted, and no sooner;
// what is refused leaves nothing, and an image that had the name keeps it.
#pragma once

#include <functional>

#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"
#include "trust/trust_policy.h"

namespace wherry::oci {

// Fetches the image with what is attached to it, and stores it under this name.
using FetchImage = std::function<Result<Image>(const Reference& stored_as)>;

// Rules are asked for both names: where it comes from, and what it is to be called. Errors: Denied
// names the rule; those of `fetch`.
Result<Image> pull_trusted(ImageStore& store, const trust::TrustPolicy& policy,
                           const Reference& source, const Reference& stored_as,
                           const FetchImage& fetch);

}  // namespace wherry::oci
