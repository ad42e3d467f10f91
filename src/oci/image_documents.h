// The documents of an image, written: configs, manifests and indexes of the formats in
// docs/formats/images.md. The same arguments give the same bytes, on every machine: members in a
// fixed order, no white space, no author and no clock.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/manifest.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kLegacyConfig = "application/vnd.wasm.config.v1+json";
inline constexpr std::string_view kLegacyLayer = "application/vnd.wasm.content.layer.v1+wasm";
inline constexpr std::string_view kFileLayer = "application/vnd.oci.image.layer.v1.tar+gzip";
}  // namespace media_type

struct ImageDocuments {
  std::string config_json;
  std::string manifest_json;
};

// Of a module that is a layer by itself.
struct ModuleImageOptions {
  Descriptor module;  // its media type is not looked at
  ImageConfig config;
  // Seconds since 1970; where there is none, a fixed moment stands in the config (`created` is
  // required by the formats' other readers).
  std::optional<uint64_t> created_s = {};
};
// The CNCF Wasm OCI artifact.
ImageDocuments encode_wasm_artifact(const ModuleImageOptions& options);
// wasm-to-oci's and Krustlet's form; its config is empty, so that `created_s` is not kept.
ImageDocuments encode_legacy_image(const ModuleImageOptions& options);

// A layer of files, and the digest of what it decompresses to.
struct FileLayer {
  Descriptor packed;
  Digest plain;
};
// An ordinary image that starts `program`, "/app.wasm", for the platform wasi/wasm.
struct ContainerImageOptions {
  std::vector<FileLayer> layers;  // lowest first
  std::string program;
  ImageConfig config;
  std::optional<uint64_t> created_s = {};
};
ImageDocuments encode_container_image(const ContainerImageOptions& options);

// An index of images for several platforms, in that order.
std::string encode_index(std::span<const IndexEntry> entries);

// $SOURCE_DATE_EPOCH (reproducible-builds.org), or nothing where it is not set.
// Errors: Invalid when it is no number of seconds up to the year 9999.
Result<std::optional<uint64_t>> source_date_epoch();
// The moment that a config of ours says it was created at; nothing where that is the fixed one, or
// the config says none that can be read.
std::optional<uint64_t> created_at(std::string_view config_json);

// Whether it is a module with a config of its own kind, and no ordinary image.
bool is_artifact(const Manifest& manifest);

}  // namespace wherry::oci
