#include "oci/manifest.h"

#include <algorithm>

#include "oci/limits.h"
#include "support/quotes.h"

namespace wherry::oci {

static constexpr JsonLimits kJsonLimits{.size_bytes_max = limits::kManifestBytes, .depth_max = 32};

bool is_index_type(std::string_view type) {
  return type == media_type::kIndex || type == media_type::kDockerIndex;
}

static Result<Annotations> read_annotations(const Json& object) {
  Annotations annotations;
  const Json* members = TRY(json_object(object, "annotations"));
  if (!members) return annotations;
  for (const auto& [key, value] : members->items()) {
    if (!value.is_string())
      return fail(ErrorCode::Malformed, "annotation '{}' is not a string", quote(key, 80));
    annotations.emplace(key, value.get_ref<const std::string&>());
  }
  return annotations;
}

Result<Descriptor> read_descriptor(const Json& object) {
  std::optional<std::string> type = TRY(json_string(object, "mediaType"));
  std::optional<std::string> digest = TRY(json_string(object, "digest"));
  std::optional<uint64_t> size_bytes = TRY(json_unsigned(object, "size"));
  if (!type || type->empty() || type->size() > 255)
    return fail(ErrorCode::Malformed, "a descriptor needs a mediaType of 1 to 255 characters");
  if (!digest) return fail(ErrorCode::Malformed, "a descriptor needs a digest");
  if (!size_bytes || *size_bytes > INT64_MAX)
    return fail(ErrorCode::Malformed, "a descriptor needs a size of at most 2^63-1 bytes");
  Result<Digest> parsed = parse_digest(*digest);
  if (!parsed)
    return fail(parsed.error().code, "digest '{}' is not sha256:<64 lower-case hex digits>",
                quote(*digest, 80));
  return Descriptor{.media_type = *std::move(type),
                    .digest = *parsed,
                    .size_bytes = *size_bytes,
                    .annotations = TRY(read_annotations(object))};
}

// The document, when it is of the schema that manifests and indexes share.
static Result<Json> parse_document(std::string_view text) {
  Json document = TRY(parse_json(text, kJsonLimits));
  if (!document.is_object()) return fail(ErrorCode::Malformed, "expected a JSON object");
  std::optional<uint64_t> version = TRY(json_unsigned(document, "schemaVersion"));
  if (version == 1)
    return fail(ErrorCode::Unsupported,
                "docker's image manifest of schema 1 is not supported (push the image again with a "
                "current tool)");
  if (version != 2) return fail(ErrorCode::Malformed, "schemaVersion is not 2");
  if (document.contains("manifests") &&
      (document.contains("layers") || document.contains("config")))
    return fail(ErrorCode::Malformed, "the document is both a manifest and an index");
  return document;
}

static Result<std::vector<Descriptor>> read_layers(const Json& document) {
  const Json* members = TRY(json_array(document, "layers"));
  if (!members) return fail(ErrorCode::Malformed, "a manifest needs 'layers'");
  if (members->size() > limits::kLayers)
    return fail(ErrorCode::Malformed, "{} layers exceed the limit of {}", members->size(),
                limits::kLayers);
  std::vector<Descriptor> layers;
  for (const Json& member : *members)
    layers.push_back(TRY(with_context(read_descriptor(member), "layer {}", layers.size())));
  return layers;
}

// image-spec 1.1, manifest.md "subject".
static Result<std::optional<Descriptor>> read_subject(const Json& document) {
  const Json* subject = TRY(json_object(document, "subject"));
  if (!subject) return std::nullopt;
  return TRY(with_context(read_descriptor(*subject), "subject"));
}

static Result<Manifest> read_manifest(std::string_view json) {
  Json document = TRY(parse_document(json));
  std::string type =
      TRY(json_string(document, "mediaType")).value_or(std::string(media_type::kManifest));
  if (document.contains("manifests") || is_index_type(type))
    return fail(ErrorCode::Unsupported, "an index stands where one image's manifest is needed");
  if (type != media_type::kManifest && type != media_type::kDockerManifest)
    return fail(ErrorCode::Unsupported, "a manifest of type '{}' is not supported",
                quote(type, 80));
  const Json* config = TRY(json_object(document, "config"));
  if (!config) return fail(ErrorCode::Malformed, "a manifest needs 'config'");
  Manifest manifest;
  manifest.media_type = std::move(type);
  manifest.config = TRY(with_context(read_descriptor(*config), "config"));
  manifest.layers = TRY(read_layers(document));
  manifest.annotations = TRY(read_annotations(document));
  std::optional<std::string> artifact_type = TRY(json_string(document, "artifactType"));
  manifest.artifact_type = artifact_type.value_or(manifest.config.media_type);
  manifest.subject = TRY(read_subject(document));
  return manifest;
}

Result<Manifest> parse_manifest(std::string_view json) {
  return with_context(read_manifest(json), "manifest");
}

static Result<IndexEntry> read_entry(const Json& member) {
  IndexEntry entry{.descriptor = TRY(read_descriptor(member)), .platform = {}};
  if (const Json* platform = TRY(json_object(member, "platform"))) {
    entry.platform.os = TRY(json_string(*platform, "os")).value_or("");
    entry.platform.architecture = TRY(json_string(*platform, "architecture")).value_or("");
  }
  return entry;
}

static Result<Index> read_index(std::string_view json) {
  Json document = TRY(parse_document(json));
  const Json* members = TRY(json_array(document, "manifests"));
  if (!members) return fail(ErrorCode::Malformed, "an index needs 'manifests'");
  if (members->size() > limits::kIndexEntries)
    return fail(ErrorCode::Malformed, "{} entries exceed the limit of {}", members->size(),
                limits::kIndexEntries);
  Index index;
  for (const Json& member : *members)
    index.entries.push_back(
        TRY(with_context(read_entry(member), "entry {}", index.entries.size())));
  return index;
}

Result<Index> parse_index(std::string_view json) { return with_context(read_index(json), "index"); }

static bool is_wasm(const Platform& platform) {
  return platform.architecture == "wasm" || platform.architecture == "wasm32";
}

static bool is_attestation(const IndexEntry& entry) {
  return entry.descriptor.annotations.contains("vnd.docker.reference.type") ||
         (entry.platform.os == "unknown" && entry.platform.architecture == "unknown");
}

static std::string platform_text(const IndexEntry& entry) {
  if (entry.platform.architecture.empty()) return "unnamed";
  return entry.platform.os + '/' + entry.platform.architecture;
}

Result<const IndexEntry*> select_wasm_entry(const Index& index) {
  std::string platforms;
  std::vector<const IndexEntry*> candidates;
  const IndexEntry* for_components = nullptr;
  for (const IndexEntry& entry : index.entries) {
    if (is_attestation(entry)) continue;
    const bool is_component = entry.platform.os == "wasip2";
    if (is_wasm(entry.platform) && !is_component) return &entry;
    if (is_wasm(entry.platform) && !for_components) for_components = &entry;
    candidates.push_back(&entry);
    platforms += (platforms.empty() ? "" : ", ") + platform_text(entry);
  }
  if (for_components) return for_components;
  if (candidates.size() == 1) return candidates[0];
  return fail(ErrorCode::Unsupported, "none of the index's platforms is WebAssembly (it has: {})",
              platforms.empty() ? "none" : quote(platforms));
}

Result<Descriptor> describe_manifest(std::string_view json) {
  Json document = TRY(with_context(parse_document(json), "manifest"));
  if (!document.contains("manifests")) return describe(json, TRY(parse_manifest(json)).media_type);
  TRY(parse_index(json));
  std::string type =
      TRY(json_string(document, "mediaType")).value_or(std::string(media_type::kIndex));
  if (!is_index_type(type))
    return fail(ErrorCode::Malformed, "an index says that it is '{}'", quote(type, 80));
  return describe(json, type);
}

Descriptor describe(std::string_view content, std::string_view type) {
  return {.media_type = std::string(type),
          .digest = sha256(as_bytes(content)),
          .size_bytes = content.size()};
}

}  // namespace wherry::oci
