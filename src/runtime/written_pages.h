// Which pages of a private mapping were written, asked of the kernel: PAGEMAP_SCAN of Linux 6.7
// (Documentation/admin-guide/mm/pagemap.rst). Pages of a file that were only read, and the shared
// page of zeros, are not among them; pages that were swapped out are.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace wherry::runtime {

struct PageRun {
  std::byte* begin;
  std::byte* end;
};

// One pass over a range that nobody writes meanwhile.
class WrittenPages {
 public:
  // Stops when it has met more than `bytes_max` of written pages.
  WrittenPages(std::span<std::byte> range, uint64_t bytes_max)
      : at_(range.data()), end_(range.data() + range.size()), bytes_left_(bytes_max) {}

  // The next runs, in order; empty at the end. Valid until the next call.
  std::span<const PageRun> next();
  // After next() gave nothing more: whether those were all. False as well where the kernel cannot
  // tell.
  bool complete() const { return at_ == end_; }

 private:
  static constexpr size_t kRuns = 64;

  std::byte* at_;
  std::byte* end_;
  uint64_t bytes_left_;
  std::array<PageRun, kRuns> runs_;
};

}  // namespace wherry::runtime
