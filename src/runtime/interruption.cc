#include "runtime/interruption.h"

#include <signal.h>
#include <unistd.h>

#include "runtime/traps.h"

namespace wherry::runtime {

using abi::TrapCode;

std::optional<TrapCode> Interruption::enter() {
  if (depth_ > 0) {
    ++depth_;
    return std::nullopt;
  }
  if (time_end_ && read_clock(CLOCK_MONOTONIC) >= *time_end_) return TrapCode::TimeLimit;
  if (cpu_left_ && *cpu_left_ <= Nanoseconds(0)) return TrapCode::CpuTimeLimit;
  std::scoped_lock lock(mutex_);
  code_.store(kNothing, std::memory_order_relaxed);
  thread_ = gettid();  // asked each time: after a fork it is another
  if ((time_max_ || cpu_left_) && !start_timers()) {
    timer_.destroy();
    thread_ = 0;
    return TrapCode::HostError;
  }
  depth_ = 1;
  return std::nullopt;
}

bool Interruption::start_timers() {
  if (!timer_.create(CLOCK_MONOTONIC, thread_)) return false;
  if (time_max_) {
    if (!time_end_) time_end_ = read_clock(CLOCK_MONOTONIC) + *time_max_;
    timer_.start(*time_end_, kRepeat);
  }
  if (cpu_left_) {
    if (!cpu_timer_.create(CLOCK_THREAD_CPUTIME_ID, thread_)) return false;
    cpu_end_ = read_clock(CLOCK_THREAD_CPUTIME_ID) + *cpu_left_;
    cpu_timer_.start(cpu_end_, kRepeat);
  }
  return true;
}

void Interruption::leave() {
  if (--depth_ > 0) return;
  std::scoped_lock lock(mutex_);
  thread_ = 0;
  timer_.destroy();
  if (!cpu_timer_) return;
  cpu_timer_.destroy();
  cpu_left_ = cpu_end_ - read_clock(CLOCK_THREAD_CPUTIME_ID);
}

// The first reason stands.
bool Interruption::set_pending(TrapCode code) {
  uint8_t nothing = kNothing;
  return code_.compare_exchange_strong(nothing, static_cast<uint8_t>(code),
                                       std::memory_order_acq_rel);
}

void Interruption::request(TrapCode code) {
  std::scoped_lock lock(mutex_);
  if (thread_ == 0 || !set_pending(code)) return;  // once is enough: the timer repeats it
  // The thread cannot end meanwhile: leave() waits for the mutex.
  tgkill(getpid(), thread_, interrupt_signal());
  // Without a timer (there may be too many) one signal has to do.
  if (timer_ || timer_.create(CLOCK_MONOTONIC, thread_))
    timer_.start(read_clock(CLOCK_MONOTONIC) + kRepeat, kRepeat);
}

// Takes no lock: the timers and ends do not change while the guest is inside, but for request(),
// which makes no timer where there is a limit.
void Interruption::look_at_clocks() {
  if (time_end_ && read_clock(CLOCK_MONOTONIC) >= *time_end_) {
    set_pending(TrapCode::TimeLimit);
  } else if (cpu_left_ && read_clock(CLOCK_THREAD_CPUTIME_ID) >= cpu_end_) {
    // The processor's clock stands still while a host function blocks: the other timer repeats.
    if (set_pending(TrapCode::CpuTimeLimit))
      timer_.start(read_clock(CLOCK_MONOTONIC) + kRepeat, kRepeat);
  }
}

uint64_t Interruption::limit_of(TrapCode code) const {
  const std::optional<Nanoseconds> none;
  const auto& limit = code == TrapCode::TimeLimit      ? time_max_
                      : code == TrapCode::CpuTimeLimit ? cpu_max_
                                                       : none;
  return static_cast<uint64_t>(limit.value_or(Nanoseconds(0)).count());
}

}  // namespace wherry::runtime
