// manifest.json of the archives that `docker save` and `podman save` write (Docker Image
// Specification v1.2, "Combined Image JSON + Filesystem Changeset Format"): which file is an
// image's config, which are its layers.
//
// Trust: input is hostile. Files are named by the archive itself and only looked up among its
// entries.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace wherry::oci {

struct DockerImage {
  std::string config;               // a path in the archive, normal (tar_layer.h)
  std::vector<std::string> names;   // "demo:1"; may be none
  std::vector<std::string> layers;  // paths
};

// Errors: Malformed.
Result<std::vector<DockerImage>> parse_docker_manifest(std::string_view json);

}  // namespace wherry::oci
