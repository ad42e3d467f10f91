// Removing what nothing needs: `wherry registry prune`, by itself or in a server that goes on
// meanwhile (control.h).
//
// First names, repository by repository, each with its mutex held: blobs that none of its manifests
// refers to. Then contents that no repository names any more. What came a short while ago stays,
// since a push sends blobs before the manifest that refers to them.
#pragma once

#include <chrono>
#include <stop_token>

#include "registry/limits.h"
#include "registry/storage.h"

namespace wherry::registry {

struct PruneOptions {
  bool untagged = false;  // also manifests that no tag leads to
  bool dry_run = false;   // only counts
  // Blobs and untagged manifests that came, or were asked for before a push, within that time stay.
  std::chrono::seconds age_min = limits::kPruneAge;
};

struct Pruned {
  uint64_t manifests = 0;
  uint64_t blobs = 0;  // contents, of which repositories may have shared each
  uint64_t size_bytes = 0;
  uint64_t recent = 0;  // names that would have gone, had they been older
};

// Ended before its time, by an error, a kill or `stop`, it leaves nothing worse than what the next
// run removes. One at a time.
// Errors: a manifest that cannot be read ends it, before any content is removed; Unavailable when
// it is stopped.
Result<Pruned> prune(Storage& storage, const PruneOptions& options, std::stop_token stop = {});

}  // namespace wherry::registry
