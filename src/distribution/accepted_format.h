// An image pushed in a format that its registry takes.
#pragma once

#include <functional>

#include "distribution/registry_client.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// RegistryClient::push; where the registry refuses the image as an artifact, it goes as an ordinary
// image, which `on_conversion` is told before, with the reason. Such an image has another digest,
// so that what is attached to the artifact stays behind, and a `target` with a digest is never
// converted. Gives the digest of what was sent. Errors: those of push.
Result<Digest> push_in_accepted_format(
    RegistryClient& client, oci::ImageStore& store, const oci::Image& image,
    const oci::Reference& target, const std::function<void(const Error& refusal)>& on_conversion);

}  // namespace wherry::distribution
