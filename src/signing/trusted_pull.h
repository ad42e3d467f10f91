// A pull, or the loading of an archive, under trust policies: what comes gets its name once it is
// trusted, and no sooner; what is refused leaves nothing, and an image that had the name keeps it.
#pragma once

#include <functional>
#include <vector>

#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"
#include "trust/trust_policy.h"

namespace wherry::signing {

// What is to be fetched: an image with what is attached to it.
struct ImageFetch {
  oci::Reference stored_as;
  // Where the store has the same image by this name, that one is the result, and nothing is stored.
  oci::Reference known_as;
  bool refreshes_attachments = false;  // also then: what is attached is fetched anew
};
using FetchImage = std::function<Result<oci::Image>(const ImageFetch& wanted)>;

// Rules are asked for both names: where it comes from, and what it is to be called. What the store
// has costs no more than without a policy, unless the policy refuses it as it is: then it may have
// been signed since. Errors: Denied names the rule; those of `fetch`.
Result<oci::Image> pull_trusted(oci::ImageStore& store, const trust::TrustPolicy& policy,
                                const oci::Reference& source, const oci::Reference& stored_as,
                                const FetchImage& fetch);

// Stores images with what is attached to them, each under the name that `rename` gives it; under
// its own where that is empty.
using LoadImages = std::function<Result<std::vector<oci::Image>>(
    const std::function<oci::Reference(const oci::Reference& name)>& rename)>;

// All of them, or, where one is not trusted, none. Errors: Denied names the rule; those of `load`.
Result<std::vector<oci::Image>> load_trusted(oci::ImageStore& store,
                                             const trust::TrustPolicy& policy,
                                             const LoadImages& load);

}  // namespace wherry::signing
