// Stopping a guest from another thread. Costs the guest nothing: a signal is sent to the thread
// that it runs on, whose handler (traps.h) leaves the guest where the program counter is in its
// code. Where it is in the host's, the handler does nothing; host_call looks at pending() before it
// goes back to the guest.
//
// A signal may arrive just before a host function blocks, or during host code that returns to the
// guest without a look. So it is repeated by a timer every kRepeatMs until the guest has left; no
// handler is installed with SA_RESTART, so that a blocking system call ends with EINTR.
//
// Races: requests and the ends of calls take a mutex, so that a signal is only sent while the
// guest's thread is inside; one that arrives late finds nothing pending, for a new call clears what
// was asked of the last.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <mutex>
#include <optional>

#include "abi/trap.h"

namespace wherry::runtime {

// One for each instance. request() from any thread, the rest by the thread that runs the guest.
class Interruption {
 public:
  static constexpr int64_t kRepeatMs = 10;

  Interruption() = default;
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  // Around each call into the instance; calls nest.
  void enter();
  void leave();
  void request(abi::TrapCode code);
  // Async-signal-safe.
  std::optional<abi::TrapCode> pending() const {
    auto code = code_.load(std::memory_order_acquire);
    return code == kNothing ? std::nullopt : std::optional(static_cast<abi::TrapCode>(code));
  }

 private:
  static constexpr uint8_t kNothing = 0;  // no TrapCode

  void start_timer();

  std::mutex mutex_;
  std::atomic<uint8_t> code_ = kNothing;
  pid_t thread_ = 0;  // the kernel's id; 0 while no guest runs
  uint32_t depth_ = 0;
  std::optional<timer_t> timer_;
};

}  // namespace wherry::runtime
