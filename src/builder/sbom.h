// What an image was made of, as an SPDX 2.3 document (spdx.github.io/spdx-spec/v2.3): the module,
// the sources and the assets with their digests, and the tools that left their names in the module.
// The same build gives the same bytes: nothing in it tells of the machine, or of the time but
// $SOURCE_DATE_EPOCH.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "builder/source_tree.h"
#include "oci/image_packing.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::builder {

struct SbomInput {
  std::string name;  // the application's
  ByteSpan module;   // valid
  std::vector<std::string>
      sources;  // relative to the tree; wherry.toml among them, if there is one
  std::span<const oci::AssetFile> assets = {};  // what travels beside the module
  std::optional<uint64_t> created_s = {};
};

// Errors: those of reading the sources and the assets.
Result<std::string> make_sbom(const SourceTree& tree, const SbomInput& input);

}  // namespace wherry::builder
