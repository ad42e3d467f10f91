// A Spin application's files, brought from its image's layers into a folder.
#pragma once

#include <functional>

#include "oci/layer_tree.h"
#include "oci/manifest.h"
#include "oci/spin_application.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::oci {

// `path_of` says where a layer is. Each layer has been held to its digest. Errors: Malformed for a
// file that no layer holds; those of LayerTree and TarReader.
Result<> write_spin_files(const SpinApplication& application, const Manifest& manifest,
                          const std::function<fs::path(const Descriptor& layer)>& path_of,
                          LayerTree& tree);

}  // namespace wherry::oci
