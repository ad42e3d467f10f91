// Manifests, indexes and descriptors (OCI image-spec 1.1: manifest.md, image-index.md,
// descriptor.md), and docker's of schema 2, which are the same but for their media types.
//
// Trust: input is hostile. Digests are parsed before they are used for anything, so that no path
// and no URL can be made of other text; counts and sizes have limits (oci/limits.h); members we do
// not know are ignored.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/digest.h"
#include "support/json.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kManifest = "application/vnd.oci.image.manifest.v1+json";
inline constexpr std::string_view kIndex = "application/vnd.oci.image.index.v1+json";
inline constexpr std::string_view kDockerManifest =
    "application/vnd.docker.distribution.manifest.v2+json";
inline constexpr std::string_view kDockerIndex =
    "application/vnd.docker.distribution.manifest.list.v2+json";
}  // namespace media_type

// True for both notations of an index.
bool is_index_type(std::string_view media_type);

using Annotations = std::map<std::string, std::string>;

struct Descriptor {
  std::string media_type;
  Digest digest;
  uint64_t size_bytes = 0;
  Annotations annotations = {};
};

struct Manifest {
  std::string media_type;  // as the document says; OCI's where it says nothing
  Descriptor config;
  std::vector<Descriptor> layers;
  Annotations annotations;
  // What it is, where it is no image: artifactType, or else the config's media type.
  std::string artifact_type = {};
  std::optional<Descriptor> subject = {};  // the manifest that it belongs to, if it says so
};

// What an entry of an index says of its machine; empty where it says nothing.
struct Platform {
  std::string os;
  std::string architecture;
};

struct IndexEntry {
  Descriptor descriptor;
  Platform platform;
};

struct Index {
  std::vector<IndexEntry> entries;
};

// Errors: Malformed, Unsupported (schema 1, an index where a manifest is needed).
Result<Manifest> parse_manifest(std::string_view json);

// Errors: Malformed. A manifest is not an index: one document that is both is refused.
Result<Index> parse_index(std::string_view json);

// The entry for WebAssembly: architecture wasm or wasm32, and of several one that is not for
// components (wasip2); an index of one entry is taken as meant, whatever platform it names.
// Attestations are passed over. Borrowed from `index`. Errors: Unsupported lists the platforms
// there are.
Result<const IndexEntry*> select_wasm_entry(const Index& index);

// The type, digest and size of a manifest or an index. Errors: Malformed, Unsupported, as reading
// it.
Result<Descriptor> describe_manifest(std::string_view json);

// The bytes are given as text; a descriptor of them.
Descriptor describe(std::string_view content, std::string_view media_type);

// For documents which hold descriptors among other things.
Result<Descriptor> read_descriptor(const Json& object);

// What travels with a module: read from the manifest's annotations (ours are named dev.wherry.*),
// or the labels of that name in an ordinary image's config, and, the last three, from such a
// config.
struct ImageConfig {
  std::string
      request_json;  // policy::to_json; empty where the image has none (then nothing is asked for)
  std::string trigger;  // "command", "http", or what else the annotation says; empty where unknown
  std::string title;    // org.opencontainers.image.title
  std::vector<std::string> arguments = {};          // in front of the user's
  std::vector<std::string> default_arguments = {};  // in place of the user's, where there are none
  std::vector<std::pair<std::string, std::string>> environment = {};
};

}  // namespace wherry::oci
