#include "registry/pushed_manifest.h"

#include "registry/limits.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::registry {

namespace {

bool is_known_type(std::string_view type) {
  return type == oci::media_type::kManifest || type == oci::media_type::kDockerManifest ||
         oci::is_index_type(type);
}

std::unexpected<Refusal> invalid(std::string_view what) {
  return refuse(400, code::kManifestInvalid, "{}", what);
}

// Errors of the layers below are the client's here: they speak of the document alone.
template <class T>
Answer<T> checked(Result<T> result, std::string_view what) {
  if (result) return *std::move(result);
  return refuse(400, code::kManifestInvalid, "{}: {}", what, result.error().message);
}

// A layer that is to be had elsewhere need not be here (image-spec 1.1, "Non-Distributable
// Layers").
bool is_elsewhere(const Json& descriptor) {
  return descriptor.contains("urls") && descriptor["urls"].is_array() &&
         !descriptor["urls"].empty();
}

Answer<std::vector<oci::Descriptor>> read_descriptors(const Json& document, const char* key) {
  const Json* members = TRY(checked(json_array(document, key), "manifest"));
  if (!members) return refuse(400, code::kManifestInvalid, "the manifest has no '{}'", key);
  if (members->size() > limits::kManifestReferences)
    return refuse(400, code::kManifestInvalid, "more than {} '{}'", limits::kManifestReferences,
                  key);
  std::vector<oci::Descriptor> descriptors;
  for (const Json& member : *members) {
    oci::Descriptor descriptor = TRY(checked(oci::read_descriptor(member), key));
    if (!is_elsewhere(member)) descriptors.push_back(std::move(descriptor));
  }
  return descriptors;
}

Answer<std::string> decide_type(const Json& document, std::string_view content_type) {
  // RFC 9110 §8.3.1: parameters say nothing here.
  std::string_view sent = content_type.substr(0, content_type.find(';'));
  while (sent.ends_with(' ')) sent.remove_suffix(1);
  const auto own = TRY(checked(json_string(document, "mediaType"), "manifest"));
  // Distribution 1.1, "Pushing Manifests": both, where both are there, have to agree.
  if (own && !sent.empty() && *own != sent)
    return invalid("Content-Type is not the manifest's own mediaType");
  std::string type = own ? *own : std::string(sent);
  if (type.empty()) return invalid("neither Content-Type nor mediaType says what this is");
  if (!is_known_type(type))
    return refuse(415, code::kManifestInvalid,
                  "'{}' is not a media type of manifests that are kept here (OCI's, and docker's "
                  "of schema 2)",
                  quote(type, 100));
  return type;
}

// Distribution 1.1, "Listing Referrers": artifactType, else of a manifest its config's type.
std::string describe_referrer(const Json& document, const PushedManifest& manifest,
                              const Digest& digest, uint64_t size_bytes) {
  OrderedJson descriptor;
  descriptor["mediaType"] = manifest.media_type;
  descriptor["digest"] = digest.to_string();
  descriptor["size"] = size_bytes;
  const auto artifact_type = document.find("artifactType");
  if (artifact_type != document.end() && artifact_type->is_string())
    descriptor["artifactType"] = *artifact_type;
  else if (!oci::is_index_type(manifest.media_type))
    descriptor["artifactType"] = document["config"]["mediaType"];
  if (const auto annotations = document.find("annotations");
      annotations != document.end() && annotations->is_object() && !annotations->empty())
    descriptor["annotations"] = *annotations;
  return descriptor.dump(-1, ' ', false, OrderedJson::error_handler_t::replace);
}

}  // namespace

Answer<PushedManifest> parse_pushed_manifest(std::string_view json, std::string_view content_type,
                                             const Digest& digest) {
  const Json document = TRY(checked(parse_json(json, {.size_bytes_max = limits::kManifestBytes,
                                                      .depth_max = limits::kManifestDepth}),
                                    "manifest"));
  if (!document.is_object()) return invalid("the manifest is not a JSON object");
  if (document.value("schemaVersion", Json()) != 2)
    return invalid("schemaVersion is not 2 (docker's older schema is not kept here)");
  PushedManifest manifest;
  manifest.media_type = TRY(decide_type(document, content_type));
  if (document.contains("manifests") &&
      (document.contains("layers") || document.contains("config")))
    return invalid("the document is both a manifest and an index");
  if (oci::is_index_type(manifest.media_type)) {
    manifest.manifests = TRY(read_descriptors(document, "manifests"));
  } else {
    const Json* config = TRY(checked(json_object(document, "config"), "manifest"));
    if (!config) return invalid("the manifest has no 'config'");
    manifest.blobs = TRY(read_descriptors(document, "layers"));
    manifest.blobs.push_back(TRY(checked(oci::read_descriptor(*config), "config")));
  }
  if (const Json* subject = TRY(checked(json_object(document, "subject"), "manifest"))) {
    manifest.subject = TRY(checked(oci::read_descriptor(*subject), "subject")).digest;
    manifest.referrer_descriptor = describe_referrer(document, manifest, digest, json.size());
    if (manifest.referrer_descriptor.size() > limits::kReferrerBytes)
      return refuse(400, code::kManifestInvalid,
                    "annotations of a manifest with a subject have at most {} bytes here",
                    limits::kReferrerBytes);
  }
  return manifest;
}

}  // namespace wherry::registry
