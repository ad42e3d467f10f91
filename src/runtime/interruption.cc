#include "runtime/interruption.h"

#include <signal.h>
#include <unistd.h>

#include "runtime/traps.h"

namespace wherry::runtime {

void Interruption::enter() {
  if (depth_++ > 0) return;
  std::scoped_lock lock(mutex_);
  code_.store(kNothing, std::memory_order_relaxed);
  thread_ = gettid();  // asked each time: after a fork it is another
}

void Interruption::leave() {
  if (--depth_ > 0) return;
  std::scoped_lock lock(mutex_);
  thread_ = 0;
  if (!timer_) return;
  timer_delete(*timer_);
  timer_.reset();
}

void Interruption::request(abi::TrapCode code) {
  std::scoped_lock lock(mutex_);
  if (thread_ == 0 || pending()) return;  // once is enough: the timer repeats it
  code_.store(static_cast<uint8_t>(code), std::memory_order_release);
  // The thread cannot end meanwhile: leave() waits for the mutex.
  tgkill(getpid(), thread_, interrupt_signal());
  if (!timer_) start_timer();
}

// Without a timer (there may be too many) one signal has to do.
void Interruption::start_timer() {
  sigevent event{};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = interrupt_signal();
  event._sigev_un._tid = thread_;  // glibc 2.36 has no other name for it
  timer_t timer;
  if (timer_create(CLOCK_MONOTONIC, &event, &timer) != 0) return;
  timer_ = timer;
  const timespec interval{.tv_sec = 0, .tv_nsec = kRepeatMs * 1'000'000};
  const itimerspec repeat{.it_interval = interval, .it_value = interval};
  timer_settime(timer, 0, &repeat, nullptr);
}

}  // namespace wherry::runtime
