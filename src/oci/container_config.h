// The config blob of ordinary images (OCI image-spec 1.1, config.md; docker's is the same): for
// which platform an image is, and what a container of it begins with.
//
// Trust: input is hostile; `null` counts as absent, as docker and buildah write it.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/manifest.h"
#include "support/result.h"

namespace wherry::oci {

namespace media_type {
inline constexpr std::string_view kContainerConfig = "application/vnd.oci.image.config.v1+json";
inline constexpr std::string_view kDockerConfig = "application/vnd.docker.container.image.v1+json";
}  // namespace media_type

// True for both notations of an ordinary image's config.
bool is_container_config(std::string_view media_type);

struct ContainerConfig {
  Platform platform;
  std::vector<std::string> entrypoint;
  std::vector<std::string> command;  // Cmd: what a user's arguments take the place of
  std::vector<std::pair<std::string, std::string>> environment;
  std::string working_directory;
  std::map<std::string, std::string> labels;

  // Entrypoint and Cmd, in a row: a program and its arguments.
  std::vector<std::string> words() const;
};

// Errors: Malformed; Invalid beyond limits::kContainerWords and kContainerWordBytes.
Result<ContainerConfig> parse_container_config(std::string_view json);

// Decides before the layers are fetched whether the image can hold a module: not when it is for
// another platform and its command does not name a .wasm file. Errors: Unsupported.
Result<> check_platform(const ContainerConfig& config);

}  // namespace wherry::oci
