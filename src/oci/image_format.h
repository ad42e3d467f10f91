// The forms in which a WebAssembly module travels as an image, and how each is understood
// (docs/formats/images.md); image_documents.h writes them. What is the module is decided by
// content; media types and configs only rule out what cannot be one, before it is fetched.
#pragma once

#include <string_view>

#include "oci/manifest.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kWasmConfig = "application/vnd.wasm.config.v0+json";
inline constexpr std::string_view kWasmLayer = "application/wasm";
}  // namespace media_type

// Annotations of ours, and the title that OCI has a name for (image-spec 1.1, annotations.md).
namespace annotation_key {
inline constexpr std::string_view kRequest = "dev.wherry.request";
inline constexpr std::string_view kTrigger = "dev.wherry.trigger";
inline constexpr std::string_view kTitle = "org.opencontainers.image.title";
}  // namespace annotation_key

// The layer that is to be the module; nullptr for an image whose module is a file in tar layers
// (image_unpacking.h). Borrowed from `manifest`.
// Errors: Unsupported for an image of several modules, or of none; Malformed for a CNCF artifact of
// no or several layers; Invalid when sizes exceed the limits.
Result<const Descriptor*> find_module_layer(const Manifest& manifest);

// Whether it is a layer of an image's files, by its media type.
bool is_file_layer(const Descriptor& layer);

// True when the bytes begin as every WebAssembly binary does, module or component (Core 3.0
// §5.5.16).
bool has_wasm_magic(ByteSpan bytes);
// `bytes` are a file's first, 8 of them where it has so many. Errors: Unsupported for what is no
// module, and for a component.
Result<> check_module_beginning(ByteSpan bytes);

// Checks the config blob, as far as the format has rules for it and before anything else is
// fetched: a CNCF artifact's must be for wasm and wasip1, and its layerDigests the manifest's; an
// ordinary image must not be one for another platform. Errors: Malformed, Unsupported.
Result<> check_config(const Manifest& manifest, std::string_view config_json);

// What the manifest's annotations say, and an ordinary image's config, whose labels stand in for
// annotations that are not there; what they lack stays empty.
// Errors: Malformed for a trigger that is no lower-case word, and for such a config.
Result<ImageConfig> read_image_config(const Manifest& manifest, std::string_view config_json);

}  // namespace wherry::oci
