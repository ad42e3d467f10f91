// The clocks of WASI and the host's behind them.
#pragma once

#include <ctime>

#include "wasi/errno.h"

namespace wherry::wasi {

// Errors: inval for a number that is no clock.
ErrnoOr<clockid_t> host_clock(uint32_t clock);

// Nanoseconds on a host clock.
ErrnoOr<uint64_t> clock_now_ns(clockid_t clock);

// Of a coarse clock (policy::Clock).
constexpr uint64_t kCoarseResolutionNs = 1'000'000;

constexpr uint64_t kNanosecondsPerSecond = 1'000'000'000;

// What is before 1970 has no number in WASI: it is 1970.
inline uint64_t to_nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * kNanosecondsPerSecond +
         static_cast<uint64_t>(time.tv_nsec);
}

inline timespec to_timespec(uint64_t nanoseconds) {
  return {.tv_sec = static_cast<time_t>(nanoseconds / kNanosecondsPerSecond),
          .tv_nsec = static_cast<long>(nanoseconds % kNanosecondsPerSecond)};
}

}  // namespace wherry::wasi
