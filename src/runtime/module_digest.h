// The SHA-256 of a module's file, which names its artifact. Computed once for a file and then
// remembered (support/file_fact.h, as `digest.<device, hex>.<inode, hex>`), since it costs 0.6 ms
// for each MiB and a start takes as long.
#pragma once

#include "support/digest.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::runtime {

// `folder` must be the user's own, as that of the artifacts. Errors: as map_file. What cannot be
// remembered is computed again.
Result<Digest> digest_module_file(const fs::path& file, const fs::path& folder,
                                  const ReadOptions& options);

}  // namespace wherry::runtime
