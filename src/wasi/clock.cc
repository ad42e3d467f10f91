#include "wasi/clock.h"

#include <algorithm>

#include "wasi/functions.h"
#include "wasi/use.h"

namespace wherry::wasi {

ErrnoOr<clockid_t> host_clock(uint32_t clock) {
  switch (clock) {
    case clockid::realtime:
      return CLOCK_REALTIME;
    case clockid::monotonic:
      return CLOCK_MONOTONIC;
    case clockid::process_cputime_id:
      return CLOCK_PROCESS_CPUTIME_ID;
    case clockid::thread_cputime_id:
      return CLOCK_THREAD_CPUTIME_ID;
    default:
      return refuse(Errno::inval);
  }
}

ErrnoOr<uint64_t> clock_now_ns(clockid_t clock) {
  timespec now;
  if (clock_gettime(clock, &now) != 0) return refuse_from_host();
  return to_nanoseconds(now);
}

ErrnoOr<> clock_res_get(ProgramState& state, Memory& memory, uint32_t clock, uint32_t result) {
  timespec resolution;
  if (clock_getres(TRY(host_clock(clock)), &resolution) != 0) return refuse_from_host();
  uint64_t resolution_ns = to_nanoseconds(resolution);
  if (state.options.clock == policy::Clock::Coarse)
    resolution_ns = std::max(resolution_ns, kCoarseResolutionNs);
  return memory.write(result, resolution_ns);
}

// The precision is a hint; the host's clocks always give their best.
ErrnoOr<> clock_time_get(ProgramState& state, Memory& memory, uint32_t clock, uint64_t,
                         uint32_t result) {
  uint64_t now_ns = TRY(clock_now_ns(TRY(host_clock(clock))));
  if (state.options.clock == policy::Clock::Coarse) now_ns -= now_ns % kCoarseResolutionNs;
  tell_use(state, Use::Kind::Clock);
  return memory.write(result, now_ns);
}

}  // namespace wherry::wasi
