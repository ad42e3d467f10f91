// The files beside the module that wherry.toml names, found in the source folder.
#pragma once

#include <span>
#include <vector>

#include "builder/source_tree.h"
#include "oci/image_packing.h"
#include "policy/application_file.h"
#include "support/result.h"

namespace wherry::builder {

// Every file that travels in the image, sorted by its path there. Hidden files are taken as well:
// who names a folder means all of it. Errors: Invalid for links, devices and the like, and for what
// leads out of the source folder; NotFound, Denied, Io.
Result<std::vector<oci::AssetFile>> collect_assets(const SourceTree& tree,
                                                   std::span<const policy::Asset> assets);

// Whether the file, relative to the source folder, is one of the assets: no source then.
bool is_asset(std::string_view path, std::span<const policy::Asset> assets);

}  // namespace wherry::builder
