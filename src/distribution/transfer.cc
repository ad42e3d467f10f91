#include "distribution/transfer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include "oci/limits.h"

namespace wherry::distribution {

std::string_view blob_step_name(BlobStep step) {
  switch (step) {
    case BlobStep::ThereAlready:
      return "there already";
    case BlobStep::Mounted:
      return "mounted";
    case BlobStep::Uploading:
      return "uploading";
    case BlobStep::Downloading:
      return "downloading";
    case BlobStep::Copying:
      return "copying";
    case BlobStep::Uploaded:
      return "uploaded";
    case BlobStep::Downloaded:
      return "downloaded";
    case BlobStep::Copied:
      return "copied";
  }
  return "";
}

std::unexpected<Error> stopped() { return fail(ErrorCode::Unavailable, "stopped"); }

static uint64_t largest_bytes(std::span<const oci::Descriptor> blobs) {
  uint64_t bytes = 0;
  for (const oci::Descriptor& blob : blobs) bytes = std::max(bytes, blob.size_bytes);
  return bytes;
}

HeadStart::HeadStart(std::span<const oci::Descriptor> blobs)
    : latch_(largest_bytes(blobs) >= limits::kHeadStartBytes ? 1 : 0) {}

void HeadStart::wait() { latch_.wait(); }

void HeadStart::end() {
  std::call_once(ended_, [this] {
    if (!latch_.try_wait()) latch_.count_down();
  });
}

Result<> for_each_blob(std::span<const oci::Descriptor> blobs, const TransferOptions& options,
                       const MoveBlob& move) {
  // The largest first: one that begins last would run alone.
  std::vector<size_t> order(blobs.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, std::greater(), [&](size_t i) { return blobs[i].size_bytes; });

  std::stop_source stop;
  std::stop_callback forward(options.stop, [&] { stop.request_stop(); });
  TransferOptions own = options;
  own.stop = stop.get_token();
  std::atomic<size_t> next = 0;
  std::mutex mutex;
  Result<> outcome;
  auto work = [&] {
    for (size_t i = next++; i < order.size(); i = next++) {
      if (i > 0 && own.head_start) own.head_start->wait();
      if (own.stop.stop_requested()) return;
      Result<> moved = move(blobs[order[i]], order[i], own);
      if (i == 0 && own.head_start) own.head_start->end();
      if (moved) continue;
      std::lock_guard lock(mutex);
      // What fails afterwards was stopped.
      if (outcome) outcome = std::move(moved);
      stop.request_stop();
    }
  };
  std::vector<std::jthread> threads;
  const HeadStart::AtExit ended(own.head_start);
  for (size_t i = 1; i < std::min(blobs.size(), limits::kConnections); i++)
    threads.emplace_back(work);
  work();
  threads.clear();  // joins
  return outcome;
}

Result<std::vector<oci::Descriptor>> blobs_of(const oci::Manifest& manifest) {
  std::vector<oci::Descriptor> blobs;
  std::set<Digest> seen;
  uint64_t image_bytes = 0;
  auto add = [&](const oci::Descriptor& blob) -> Result<> {
    if (!seen.insert(blob.digest).second) return {};
    if (blob.size_bytes > oci::limits::kModuleBytes)
      return fail(ErrorCode::Invalid, "blob {} of {} bytes exceeds the limit of {} bytes",
                  blob.digest.to_string(), blob.size_bytes, oci::limits::kModuleBytes);
    image_bytes += blob.size_bytes;
    if (image_bytes > limits::kImageBytes)
      return fail(ErrorCode::Invalid, "the image exceeds the limit of {} bytes",
                  limits::kImageBytes);
    blobs.push_back(blob);
    return {};
  };
  TRY(add(manifest.config));
  for (const oci::Descriptor& layer : manifest.layers) TRY(add(layer));
  return blobs;
}

}  // namespace wherry::distribution
