#include "wasi/clock.h"

#include "wasi/functions.h"

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

ErrnoOr<> clock_res_get(ProgramState&, Memory& memory, uint32_t clock, uint32_t result) {
  timespec resolution;
  if (clock_getres(TRY(host_clock(clock)), &resolution) != 0) return refuse_from_host();
  return memory.write(result, to_nanoseconds(resolution));
}

// The precision is a hint; the host's clocks always give their best.
ErrnoOr<> clock_time_get(ProgramState&, Memory& memory, uint32_t clock, uint64_t, uint32_t result) {
  return memory.write(result, TRY(clock_now_ns(TRY(host_clock(clock)))));
}

}  // namespace wherry::wasi
