#include "runtime/interruption.h"

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "runtime/traps.h"

namespace wherry::runtime {

using abi::TrapCode;

Interruption::Interruption(const Limits& limits, CpuBudget* shared_cpu)
    : time_max_(limits.time),
      cpu_max_(limits.cpu_time),
      own_cpu_(limits.cpu_time.value_or(Nanoseconds(0))),
      cpu_(!limits.cpu_time ? nullptr
           : shared_cpu     ? shared_cpu
                            : &own_cpu_) {}

std::optional<TrapCode> Interruption::enter() {
  if (depth_ > 0) {
    ++depth_;
    return std::nullopt;
  }
  if (time_end_ && read_clock(CLOCK_MONOTONIC) >= *time_end_) return TrapCode::TimeLimit;
  if (cpu_ && cpu_->take(Nanoseconds(0)) <= Nanoseconds(0)) return TrapCode::CpuTimeLimit;
  std::scoped_lock lock(mutex_);
  if (ended_) return ended_;
  code_.store(kNothing, std::memory_order_relaxed);
  thread_ = gettid();  // asked each time: after a fork it is another
  if ((time_max_ || cpu_) && !start_timers()) {
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
  if (cpu_) {
    if (!cpu_timer_.create(CLOCK_THREAD_CPUTIME_ID, thread_)) return false;
    cpu_seen_ = read_clock(CLOCK_THREAD_CPUTIME_ID);
    const Nanoseconds left = cpu_->take(Nanoseconds(0));
    // Others may spend it meanwhile.
    const Nanoseconds next = cpu_ == &own_cpu_ ? left : std::min(left, Nanoseconds(kRepeat));
    cpu_timer_.start(cpu_seen_ + next, kRepeat);
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
  spend_cpu_time();
}

// What is left of it.
Nanoseconds Interruption::spend_cpu_time() {
  const Nanoseconds now = read_clock(CLOCK_THREAD_CPUTIME_ID);
  return cpu_->take(now - std::exchange(cpu_seen_, now));
}

// The first reason stands.
bool Interruption::set_pending(TrapCode code) {
  uint8_t nothing = kNothing;
  return code_.compare_exchange_strong(nothing, static_cast<uint8_t>(code),
                                       std::memory_order_acq_rel);
}

void Interruption::request(TrapCode code) {
  std::scoped_lock lock(mutex_);
  interrupt_thread(code);
}

void Interruption::end(TrapCode code) {
  std::scoped_lock lock(mutex_);
  ended_ = code;
  interrupt_thread(code);
}

// With the mutex locked.
void Interruption::interrupt_thread(TrapCode code) {
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
  } else if (cpu_ && spend_cpu_time() <= Nanoseconds(0)) {
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
