// Ends what takes too long: a thread that interrupts guests at their deadline.
//
// All deadlines are the same time after their start, so one that starts later also ends later. The
// thread can therefore sleep until the earliest deadline that it knows, or for the whole time when
// it knows none, and starting a watch wakes nobody: it costs a lock, not a timer. An interrupt that
// comes before the guest is entered is lost, so it is repeated until the watch ends.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace wherry::serve {

// Thread-safe. Outlives its watches.
class Watchdog {
 public:
  using Clock = std::chrono::steady_clock;

  enum class Reason { None, TimeOver, Stopping };

  explicit Watchdog(Clock::duration timeout);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

  // Interrupts everything that is watched, now and from now on.
  void interrupt_all();

 private:
  friend class Watch;
  struct Entry {
    Clock::time_point deadline;
    std::function<void()> interrupt;
    Reason reason = Reason::None;
  };

  void loop();

  const Clock::duration timeout_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::list<Entry> entries_;  // in the order of their deadlines
  bool stopping_ = false;
  bool ended_ = false;
  std::thread thread_;  // last: it uses all of the above
};

// One watched run. `interrupt` is called from the watchdog's thread, under its lock, and not after
// end().
class Watch {
 public:
  Watch(Watchdog& watchdog, std::function<void()> interrupt);
  ~Watch() { end(); }
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Why it was interrupted. May be called again.
  Watchdog::Reason end();

 private:
  Watchdog& watchdog_;
  std::list<Watchdog::Entry>::iterator entry_;
  bool ended_ = false;
  Watchdog::Reason reason_ = Watchdog::Reason::None;
};

}  // namespace wherry::serve
