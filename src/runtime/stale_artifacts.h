// Artifacts that nobody needs any more: of modules that no image has, of engines that were
// replaced. An artifact can always be made again, so that a wrong guess costs a compilation; one
// that a running program has mapped lives on without its name.
#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "support/digest.h"
#include "support/file.h"

namespace wherry::runtime {

// A weekly job's module stays compiled.
inline constexpr int64_t kArtifactUnusedSeconds = 8 * 24 * 3600;

struct StaleOptions {
  // Modules whose artifacts for this engine stay in any case.
  std::set<Digest> needed = {};
  // What was used since then stays too: it may be a file's that is no image.
  int64_t unused_s = kArtifactUnusedSeconds;
  bool dry_run = false;  // only tells
};

struct StaleArtifact {
  fs::path path;
  uint64_t size_bytes;
};

// Removes them from the artifact cache in `directory`, and with them what was remembered of files
// and images and not asked for since. What cannot be removed, or is being compiled, stays.
std::vector<StaleArtifact> prune_artifacts(const fs::path& directory, const StaleOptions& options);

}  // namespace wherry::runtime
