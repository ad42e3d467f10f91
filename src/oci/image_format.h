// The forms in which a WebAssembly module travels as an image: the CNCF Wasm OCI artifact, which is
// written, and the others that are read (docs/formats/images.md). Which layer is the module is
// decided by the layers' content; media types only rule out what cannot be one, before it is
// fetched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "oci/manifest.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kWasmConfig = "application/vnd.wasm.config.v0+json";
inline constexpr std::string_view kWasmLayer = "application/wasm";
}  // namespace media_type

// The layer that is to hold the module; borrowed from `manifest`.
// Errors: Unsupported names the format (an ordinary image, a Spin application); Malformed for a
// CNCF artifact of no or several layers; Invalid when sizes exceed the limits.
Result<const Descriptor*> find_module_layer(const Manifest& manifest);

// True when the bytes begin as every WebAssembly binary does, module or component (Core 3.0
// §5.5.16).
bool has_wasm_magic(ByteSpan bytes);

// Checks the config blob against the manifest, as far as the format has rules for it: a CNCF
// artifact's config must be for wasm and wasip1, and its layerDigests the manifest's. Other
// formats' configs say nothing we use. Errors: Malformed, Unsupported (a component).
Result<> check_config(const Manifest& manifest, std::string_view config_json);

// What the manifest's annotations say; what they lack stays empty.
// Errors: Malformed for a trigger that is no lower-case word.
Result<ImageConfig> read_image_config(const Manifest& manifest);

// A CNCF artifact's two documents. The same arguments give the same bytes, on every machine.
struct WasmArtifact {
  std::string config_json;
  std::string manifest_json;
};
struct WasmArtifactOptions {
  Descriptor module;  // its media type is not looked at
  ImageConfig config;
  // Seconds since 1970; where there is none, a fixed moment stands in the config (`created` is
  // required by the format's other readers).
  std::optional<uint64_t> created_s = {};
};
WasmArtifact encode_wasm_artifact(const WasmArtifactOptions& options);

// $SOURCE_DATE_EPOCH (reproducible-builds.org), or nothing where it is not set.
// Errors: Invalid when it is no number of seconds up to the year 9999.
Result<std::optional<uint64_t>> source_date_epoch();

}  // namespace wherry::oci
