// Removing what nothing needs: `wherry registry prune`. While no server has the folder, so that
// nothing can begin to need what is being removed.
#pragma once

#include "registry/storage.h"

namespace wherry::registry {

struct PruneOptions {
  bool untagged = false;  // also manifests that no tag leads to
  bool dry_run = false;   // only counts
};

struct Pruned {
  uint64_t manifests = 0;
  uint64_t blobs = 0;  // contents, of which repositories may have shared each
  uint64_t size_bytes = 0;
  uint64_t uploads = 0;  // left alone for longer than they may be gone on with
};

// In each repository: blobs that none of its manifests refers to. Of all: contents that no
// repository has any more, and what a killed server left.
// Errors: a manifest that cannot be read ends it, before anything is removed.
Result<Pruned> prune(Storage& storage, const PruneOptions& options);

}  // namespace wherry::registry
