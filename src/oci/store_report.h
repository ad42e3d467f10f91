// What `wherry fsck`, `prune` and `images --size` find in a store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "oci/limits.h"

namespace wherry::oci {

// Damage: an image cannot be used as it was stored. Garbage: space that nothing needs, as killed
// processes and other tools leave it; it does no harm.
struct StoreProblem {
  enum class Kind : uint8_t { Damage, Garbage };
  Kind kind;
  std::string what;         // "image demo:1", "blob sha256:…"
  std::string reason;       // "its blob sha256:… is missing"
  uint64_t size_bytes = 0;  // of garbage: what its removal gives back
  bool repaired = false;
};

struct StoreReport {
  std::vector<StoreProblem> problems;  // damage first
  uint64_t images = 0;                 // names
  uint64_t blobs = 0;
  uint64_t blob_bytes = 0;
};

struct CheckOptions {
  // Takes away what cannot be used: damaged blobs, and the names and attachments that need them or
  // what is missing. Garbage stays.
  bool repair = false;
};

struct PruneOptions {
  bool dry_run = false;
  // Blobs that nothing refers to stay for so long: another tool may be about to name them. Our own
  // programs name a blob in the same step in which it appears.
  int64_t grace_s = limits::kPruneGraceSeconds;
};

struct PruneReport {
  struct Item {
    std::string what;
    uint64_t size_bytes;
  };
  std::vector<Item> removed;  // with dry_run: what would be
  std::vector<Item> in_use;   // stays: a process is using it
  std::vector<Item> recent;   // stays: see PruneOptions::grace_s
};

// What a name costs. Images are told apart by manifest: a second name costs nothing.
struct ImageSize {
  std::string name;
  uint64_t total_bytes;   // all blobs that it needs, with its attachments'
  uint64_t shared_bytes;  // of these, what other images need as well
};

}  // namespace wherry::oci
