// Brings images of every format into a store (docs/formats/images.md): where the module is a file
// in tar layers, or compressed, it is unpacked beside the blobs first (unpacked_image.h). Only for
// the programs that link libarchive.
//
// Trust: layers are hostile (tar_layer.h, layer_tree.h). What fails leaves nothing behind.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "oci/image_store.h"
#include "support/result.h"

namespace wherry::oci {

// ImageStore::adopt, for any format. The blobs that the manifest names are in `staged` or in the
// store; of an index, the manifests too, as far as it has been fetched. Errors: those of adopt;
// Malformed, Unsupported, Invalid for layers that cannot be unpacked, Unsupported for images
// without a module.
Result<Image> unpack_and_adopt(ImageStore& store, const Reference& reference,
                               std::string_view manifest_json, std::vector<BlobWriter> staged);

// Whether the image can be used as far as its manifest and its config say, which is in `staged` or
// in the store; its layers need not be. Errors: Unsupported, Malformed, Invalid.
Result<> check_by_config(const ImageStore& store, const Manifest& manifest,
                         std::span<const BlobWriter> staged);

}  // namespace wherry::oci
