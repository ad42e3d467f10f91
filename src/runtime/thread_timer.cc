#include "runtime/thread_timer.h"

#include <signal.h>

#include <algorithm>

#include "runtime/traps.h"

namespace wherry::runtime {

using std::chrono::nanoseconds;

static timespec to_timespec(nanoseconds time) {
  constexpr int64_t kSecond = 1'000'000'000;
  return {.tv_sec = time.count() / kSecond, .tv_nsec = time.count() % kSecond};
}

nanoseconds read_clock(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::chrono::seconds(now.tv_sec) + nanoseconds(now.tv_nsec);
}

bool ThreadTimer::create(clockid_t clock, pid_t thread) {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = interrupt_signal();
  event._sigev_un._tid = thread;  // glibc 2.36 has no other name for it
  timer_t timer;
  if (timer_create(clock, &event, &timer) != 0) return false;
  timer_ = timer;
  return true;
}

void ThreadTimer::destroy() {
  if (timer_) timer_delete(*timer_);
  timer_.reset();
}

void ThreadTimer::start(nanoseconds at, nanoseconds repeat) {
  // Zero would mean: never.
  const itimerspec times{.it_interval = to_timespec(repeat),
                         .it_value = to_timespec(std::max(at, nanoseconds(1)))};
  timer_settime(*timer_, TIMER_ABSTIME, &times, nullptr);
}

}  // namespace wherry::runtime
