// A timer of the kernel that sends interrupt_signal() to one thread.
#pragma once

#include <sys/types.h>
#include <time.h>

#include <chrono>
#include <optional>

namespace wherry::runtime {

class ThreadTimer {
 public:
  ThreadTimer() = default;
  ~ThreadTimer() { destroy(); }
  ThreadTimer(const ThreadTimer&) = delete;
  ThreadTimer& operator=(const ThreadTimer&) = delete;

  // `clock` is CLOCK_MONOTONIC, or CLOCK_THREAD_CPUTIME_ID where `thread` is the calling one. False
  // where the user has too many timers (RLIMIT_SIGPENDING counts them).
  bool create(clockid_t clock, pid_t thread);
  // Nothing of it arrives later where the calling thread is the one that it signals.
  void destroy();
  explicit operator bool() const { return timer_.has_value(); }

  // Signals when the clock shows `at`, at once where that has passed, and then every `repeat`.
  // Async-signal-safe.
  void start(std::chrono::nanoseconds at, std::chrono::nanoseconds repeat);

 private:
  std::optional<timer_t> timer_;
};

// What `clock` shows now. Async-signal-safe.
std::chrono::nanoseconds read_clock(clockid_t clock);

}  // namespace wherry::runtime
