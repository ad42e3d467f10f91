#include "serve/watchdog.h"

#include <algorithm>

namespace wherry::serve {

static constexpr auto kRepeatEvery = std::chrono::milliseconds(20);

Watchdog::Watchdog(Clock::duration timeout) : timeout_(timeout), thread_([this] { loop(); }) {}

Watchdog::~Watchdog() {
  {
    std::lock_guard lock(mutex_);
    ended_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Watchdog::interrupt_all() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
}

void Watchdog::loop() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    Clock::time_point now = Clock::now();
    Clock::time_point wake_at = now + timeout_;
    for (Entry& entry : entries_) {
      if (!stopping_ && entry.deadline > now) {
        wake_at = std::min(wake_at, entry.deadline);
        break;
      }
      if (entry.reason == Reason::None)
        entry.reason = entry.deadline <= now ? Reason::TimeOver : Reason::Stopping;
      entry.interrupt();
      wake_at = now + kRepeatEvery;
    }
    // Those that begin after stopping are to be ended as well.
    if (stopping_) wake_at = now + kRepeatEvery;
    wake_.wait_until(lock, wake_at);
  }
}

Watch::Watch(Watchdog& watchdog, std::function<void()> interrupt) : watchdog_(watchdog) {
  std::list<Watchdog::Entry> entry;
  entry.push_back({.deadline = {}, .interrupt = std::move(interrupt)});
  std::lock_guard lock(watchdog.mutex_);
  entry.front().deadline = Watchdog::Clock::now() + watchdog.timeout_;
  watchdog.entries_.splice(watchdog.entries_.end(), entry);
  entry_ = std::prev(watchdog.entries_.end());
}

Watchdog::Reason Watch::end() {
  if (ended_) return reason_;
  std::list<Watchdog::Entry> entry;  // declared before the lock: freed after it
  std::lock_guard lock(watchdog_.mutex_);
  ended_ = true;
  reason_ = entry_->reason;
  entry.splice(entry.end(), watchdog_.entries_, entry_);
  return reason_;
}

}  // namespace wherry::serve
