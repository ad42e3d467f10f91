#include "runtime/written_pages.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>

#include <atomic>
#include <mutex>

namespace wherry::runtime {

namespace {

// As in linux/fs.h of 6.7; Debian 12's is older.
struct Region {
  uint64_t start, end, categories;
};
struct ScanArguments {
  uint64_t size, flags;
  uint64_t start, end, walk_end;
  uint64_t regions, regions_count, pages_max;
  uint64_t category_inverted, category_mask, category_any_of_mask, return_mask;
};
constexpr unsigned long kPagemapScan = _IOWR('f', 16, ScanArguments);
constexpr uint64_t kIsFile = 1 << 2, kIsPresent = 1 << 3, kIsSwapped = 1 << 4, kIsZeroPage = 1 << 5;

constexpr uint64_t kPageBytes = 4096;

// /proc/self/pagemap; -1 where there is none. It shows the process that opened it, so a child that
// was forked must not use it.
constinit std::atomic<int> pagemap = -1;
void forget_pagemap() { pagemap.store(-1, std::memory_order_relaxed); }

int pagemap_of_this_process() {
  static std::once_flag once;
  std::call_once(once, [] {
    if (pthread_atfork(nullptr, nullptr, forget_pagemap) != 0) return;
    pagemap.store(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC), std::memory_order_relaxed);
  });
  return pagemap.load(std::memory_order_relaxed);
}

}  // namespace

std::span<const PageRun> WrittenPages::next() {
  const int fd = pagemap_of_this_process();
  if (at_ == end_ || bytes_left_ < kPageBytes || fd < 0) return {};
  std::array<Region, kRuns> regions;
  ScanArguments scan{};
  scan.size = sizeof scan;
  scan.start = reinterpret_cast<uint64_t>(at_);
  scan.end = reinterpret_cast<uint64_t>(end_);
  scan.regions = reinterpret_cast<uint64_t>(regions.data());
  scan.regions_count = regions.size();
  scan.pages_max = bytes_left_ / kPageBytes;
  scan.category_inverted = scan.category_mask = kIsFile | kIsZeroPage;
  scan.category_any_of_mask = kIsPresent | kIsSwapped;
  scan.return_mask = kIsPresent;
  const int count = ioctl(fd, kPagemapScan, &scan);
  if (count < 0) return {};
  for (size_t index = 0; index < static_cast<size_t>(count); ++index) {
    auto* begin = at_ + (regions[index].start - scan.start);
    runs_[index] = {begin, begin + (regions[index].end - regions[index].start)};
    bytes_left_ -= regions[index].end - regions[index].start;
  }
  at_ += scan.walk_end - scan.start;
  return {runs_.data(), static_cast<size_t>(count)};
}

}  // namespace wherry::runtime
