#include "oci/docker_archive.h"

#include "oci/limits.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::oci {

static Result<std::vector<std::string>> read_strings(const Json& object, const char* key,
                                                     size_t count_max) {
  std::vector<std::string> strings;
  const Json* members = TRY(json_array(object, key));
  if (!members) return strings;
  if (members->size() > count_max)
    return fail(ErrorCode::Malformed, "'{}' has {} members, more than {}", key, members->size(),
                count_max);
  for (const Json& member : *members) {
    if (!member.is_string()) return fail(ErrorCode::Malformed, "'{}' is no list of strings", key);
    strings.push_back(member.get<std::string>());
  }
  return strings;
}

static Result<DockerImage> read_image(const Json& object) {
  if (!object.is_object()) return fail(ErrorCode::Malformed, "expected an object for each image");
  DockerImage image;
  image.config = TRY(json_string(object, "Config")).value_or("");
  if (image.config.empty()) return fail(ErrorCode::Malformed, "an image needs 'Config'");
  image.names = TRY(read_strings(object, "RepoTags", limits::kArchiveNames));
  image.layers = TRY(read_strings(object, "Layers", limits::kLayers));
  return image;
}

static Result<std::vector<DockerImage>> read_images(std::string_view json) {
  Json document = TRY(parse_json(json, {.size_bytes_max = limits::kManifestBytes, .depth_max = 8}));
  if (!document.is_array()) return fail(ErrorCode::Malformed, "expected a list of images");
  if (document.size() > limits::kArchiveNames)
    return fail(ErrorCode::Malformed, "{} images exceed the limit of {}", document.size(),
                limits::kArchiveNames);
  std::vector<DockerImage> images;
  for (const Json& member : document) images.push_back(TRY(read_image(member)));
  return images;
}

Result<std::vector<DockerImage>> parse_docker_manifest(std::string_view json) {
  return with_context(read_images(json), "manifest.json");
}

}  // namespace wherry::oci
