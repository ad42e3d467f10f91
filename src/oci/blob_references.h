// Which blobs an image needs, and a store, for removing those that none does.
#pragma once

#include <functional>
#include <set>

#include "oci/store_index.h"
#include "support/digest.h"
#include "support/file.h"

namespace wherry::oci {

// Says where a blob is.
using BlobPath = std::function<fs::path(const Digest&)>;

// Adds `root` and every blob that it refers to, directly or through manifests and indexes, to
// `digests`. Lenient: of documents in forms we do not know, everything that looks like a descriptor
// counts; what is missing or unreadable refers to nothing.
void collect_references(const Digest& root, const BlobPath& blob_path, std::set<Digest>& digests);

// Adds what is attached to manifests among `digests`, to attachments of those and so on, with every
// blob that they refer to.
void add_attachments(const StoreIndex& index, const BlobPath& blob_path, std::set<Digest>& digests);

// What all entries of a store refer to, but for attachments whose subject is not among it.
std::set<Digest> find_live_blobs(const StoreIndex& index, const BlobPath& blob_path);

}  // namespace wherry::oci
