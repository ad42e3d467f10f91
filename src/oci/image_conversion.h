// An image of the store in another format: for registries that take no artifacts, and for
// `wherry push --format`. The store's own image stays as it is.
#pragma once

#include "oci/image_packing.h"
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

}  // namespace wherry::oci
