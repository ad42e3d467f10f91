// An image of the store in another format, for registries that take no artifacts. The store's own
// image stays as it is.
#pragma once

#include "oci/image_packing.h"
#include "support/result.h"

namespace wherry::oci {

// Packs `image` anew: module, request for permissions, trigger, title and files are kept, and so is
// what its config says of the time. What `wherry build --format` would have made of the same input
// has the same digest. The result's blobs are staged in `store`, to be read at BlobWriter::path().
// Errors: those of pack_image; Malformed for an image that is damaged in the store.
Result<PackedImage> convert_image(ImageStore& store, const Image& image, ImageFormat format);

}  // namespace wherry::oci
