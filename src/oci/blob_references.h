// Which blobs an image needs, for removing those that none does.
#pragma once

#include <functional>
#include <set>

#include "support/digest.h"
#include "support/file.h"

namespace wherry::oci {

// Adds `root` and every blob that it refers to, directly or through manifests and indexes, to
// `digests`. Lenient: of documents in forms we do not know, everything that looks like a descriptor
// counts; what is missing or unreadable refers to nothing. `blob_path` says where a blob is.
void collect_references(const Digest& root, const std::function<fs::path(const Digest&)>& blob_path,
                        std::set<Digest>& digests);

}  // namespace wherry::oci
