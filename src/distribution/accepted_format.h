// An image pushed in another format than the store has it in, because that is wanted or since the
// registry takes no other. The store's own image stays as it is. What was converted has another
// digest, so that what is attached to the image stays behind.
#pragma once

#include <functional>

#include "distribution/registry_client.h"
#include "oci/image_packing.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::distribution {

// RegistryClient::push; where the registry refuses the image as an artifact, it goes as an ordinary
// image, which `on_conversion` is told before, with the reason. For a `target` with a digest
// nothing is converted. Errors: those of push.
Result<Pushed> push_in_accepted_format(
    RegistryClient& client, oci::ImageStore& store, const oci::Image& image,
    const oci::Reference& target, const std::function<void(const Error& refusal)>& on_conversion);

// Pushes it as oci::convert_image makes it; as it is, attachments and all, where it has that format
// already. Errors: those of convert_image and of push.
Result<Pushed> push_in_format(RegistryClient& client, oci::ImageStore& store,
                              const oci::Image& image, const oci::Reference& target,
                              oci::ImageFormat format);

}  // namespace wherry::distribution
