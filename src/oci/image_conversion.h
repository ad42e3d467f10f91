// An image of the store in another format, for registries that take no artifacts. The store's own
// image stays as it is.
#pragma once

#include <functional>

#include "oci/image_packing.h"
#include "oci/reference.h"
#include "support/result.h"

namespace wherry::oci {

// Packs `image` anew: module, request for permissions, trigger, title and files are kept, and so is
// what its config says of the time. What `wherry build --format` would have made of the same input
// has the same digest. The result's blobs are staged in `store`, to be read at BlobWriter::path().
// Errors: those of pack_image; Malformed for an image that is damaged in the store.
Result<PackedImage> convert_image(ImageStore& store, const Image& image, ImageFormat format);

// Whether the registry's answer to a manifest means that it takes no artifacts but may take an
// ordinary image: 403, 404, 405 and 415 are what registries have been seen to give.
constexpr bool refuses_artifacts(long http_status) {
  return http_status == 403 || http_status == 404 || http_status == 405 || http_status == 415;
}

// Whether it is a module with a config of its own kind, and no ordinary image.
bool is_artifact(const Manifest& manifest);

class RegistryClient;

// RegistryClient::push; where the registry refuses the image as an artifact, it goes as an ordinary
// image, which `on_conversion` is told before, with the reason. Such an image has another digest,
// so that what is attached to the artifact stays behind, and a `target` with a digest is never
// converted. Gives the digest of what was sent. Errors: those of push.
Result<Digest> push_in_accepted_format(
    RegistryClient& client, ImageStore& store, const Image& image, const Reference& target,
    const std::function<void(const Error& refusal)>& on_conversion);

}  // namespace wherry::oci
