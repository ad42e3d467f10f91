// Stopping a guest from outside: because another thread asks for it, or because its time is over.
// Costs the guest nothing: a signal is sent to the thread that it runs on, whose handler (traps.h)
// leaves the guest where the program counter is in its code. Where it is in the host's, the handler
// does nothing; host_call looks at pending() before it goes back to the guest.
//
// Time is kept by two timers of the kernel, made for the outermost call and only where there is a
// limit: one on the monotonic clock, one on the thread's processor time. Their signal says only
// "look at the clocks", so that it may come late, early or twice. Measured, a call with both limits
// costs 3 us more than one without. Threads of one program that spend one budget of processor time
// each tell it every kRepeat what they have used. (The kernel looks at processor time when its own
// clock ticks, and so not while the guest is blocked: what it used too much until then is noticed
// later.)
//
// A signal may arrive just before a host function blocks, or during host code that returns to the
// guest without a look. So it is repeated by a timer every kRepeat until the guest has left; no
// handler is installed with SA_RESTART, so that a blocking system call ends with EINTR.
//
// Races: requests and the ends of calls take a mutex, so that a signal is only sent while the
// guest's thread is inside; one that arrives late finds nothing pending, for a new call clears what
// was asked of the last.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "abi/trap.h"
#include "runtime/limits.h"
#include "runtime/thread_timer.h"

namespace wherry::runtime {

// One for each instance. request() and end() from any thread, the rest by the thread that runs the
// guest.
class Interruption {
 public:
  static constexpr Nanoseconds kRepeat = std::chrono::milliseconds(10);

  // `shared_cpu` is null, or borrowed: what is left of limits.cpu_time for several threads.
  Interruption(const Limits& limits, CpuBudget* shared_cpu);
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Around each call into the instance; calls nest. Why the call cannot begin, and then there is
  // nothing to leave: a limit was met before, or (HostError) the system gives no timer to keep it.
  std::optional<abi::TrapCode> enter();
  void leave();
  void request(abi::TrapCode code);
  // The same, and no later call begins.
  void end(abi::TrapCode code);
  // Async-signal-safe.
  std::optional<abi::TrapCode> pending() const {
    auto code = code_.load(std::memory_order_acquire);
    return code == kNothing ? std::nullopt : std::optional(static_cast<abi::TrapCode>(code));
  }
  // Makes a limit that has been met pending. Called by the signal's handler, on the guest's thread.
  void look_at_clocks();
  // In nanoseconds; 0 for a code that is no limit.
  uint64_t limit_of(abi::TrapCode code) const;

 private:
  static constexpr uint8_t kNothing = 0;  // no TrapCode

  bool start_timers();
  bool set_pending(abi::TrapCode code);
  void interrupt_thread(abi::TrapCode code);
  Nanoseconds spend_cpu_time();

  const std::optional<Nanoseconds> time_max_;
  const std::optional<Nanoseconds> cpu_max_;
  std::optional<Nanoseconds> time_end_;  // on CLOCK_MONOTONIC; since the first call
  CpuBudget own_cpu_;
  CpuBudget* const cpu_;    // own_cpu_ or the shared one; null where there is no limit
  Nanoseconds cpu_seen_{};  // during a call, on the thread's clock: what has been spent of cpu_

  std::mutex mutex_;
  std::atomic<uint8_t> code_ = kNothing;
  std::optional<abi::TrapCode> ended_;
  pid_t thread_ = 0;  // the kernel's id; 0 while no guest runs
  uint32_t depth_ = 0;
  ThreadTimer timer_;  // on the monotonic clock: for the end of the time, and for repetition
  ThreadTimer cpu_timer_;
};

}  // namespace wherry::runtime
