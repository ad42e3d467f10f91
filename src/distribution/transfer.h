// What the transfers of one image have in common: who is told of their progress, when they end
// early, and how many run at the same time.
#pragma once

#include <functional>
#include <latch>
#include <mutex>
#include <span>
#include <stop_token>
#include <string_view>
#include <vector>

#include "distribution/limits.h"
#include "oci/manifest.h"
#include "support/result.h"

namespace wherry::distribution {

enum class BlobStep {
  ThereAlready,
  Mounted,
  Uploading,
  Downloading,
  Copying,
  Uploaded,
  Downloaded,
  Copied
};

// "there already", "mounted", "uploading" …
std::string_view blob_step_name(BlobStep step);

// Told what becomes of each blob, and how far it is: of a blob that moves first with 0 bytes, then
// now and then. Called by several threads at once. May be empty.
using BlobListener =
    std::function<void(BlobStep step, const oci::Descriptor& blob, uint64_t position_bytes)>;

// Keeps back what would only get into the way of a large blob, which takes longest: a registry that
// is asked for all at once may come to the large one last. Thread-safe.
class HeadStart {
 public:
  // Of the largest blob; the smaller ones of an image of small ones are not kept back.
  explicit HeadStart(std::span<const oci::Descriptor> blobs);

  // Until end(), which is called when the first bytes have come, or never will.
  void wait();
  void end();

  // Ends one, which may be null, however its scope is left: before threads are joined that wait.
  struct AtExit {
    explicit AtExit(HeadStart* ended) : head_start(ended) {}
    AtExit(const AtExit&) = delete;
    AtExit& operator=(const AtExit&) = delete;
    ~AtExit() {
      if (head_start) head_start->end();
    }
    HeadStart* head_start;
  };

 private:
  std::latch latch_;
  std::once_flag ended_;
};

struct TransferOptions {
  BlobListener on_blob = {};
  std::stop_token stop = {};        // requested when another blob of the image failed
  HeadStart* head_start = nullptr;  // borrowed; null: none

  void tell(BlobStep step, const oci::Descriptor& blob, uint64_t position_bytes = 0) const {
    if (on_blob) on_blob(step, blob, position_bytes);
    if (head_start && position_bytes > 0) head_start->end();
  }
};

// What becomes of a transfer that is stopped; nobody sees it but the one who stopped it.
std::unexpected<Error> stopped();

// Moves one of several blobs.
using MoveBlob = std::function<Result<>(const oci::Descriptor& blob, size_t index,
                                        const TransferOptions& options)>;
// Calls `move` for every blob, on several threads, the largest first, and with the head start that
// `options` gives it. After the first error the others are stopped, and it is returned.
Result<> for_each_blob(std::span<const oci::Descriptor> blobs, const TransferOptions& options,
                       const MoveBlob& move);

// The blobs that a manifest names, each once: its config and its layers.
// Errors: Invalid when one, or all of them together, exceed the limits.
Result<std::vector<oci::Descriptor>> blobs_of(const oci::Manifest& manifest);

}  // namespace wherry::distribution
