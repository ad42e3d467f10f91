// The guests that run now, so that all of them can be interrupted when the server ends. (What ends
// a single one in its time is its own limit: runtime/interruption.h.)
#pragma once

#include <functional>
#include <list>
#include <mutex>
#include <thread>

namespace wherry::serve {

// Thread-safe. Outlives its entries.
class RunningGuests {
 public:
  using Interrupt = std::function<void()>;

  // One run. Its `interrupt` is called by a thread of ours, under a lock, and not after the entry's
  // end.
  class Entry {
   public:
    Entry(RunningGuests& guests, Interrupt interrupt);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

   private:
    RunningGuests& guests_;
    std::list<Interrupt>::iterator place_;
  };

  // Interrupts all that run now and all that begin later, until this object ends: again and again,
  // since an interrupt that comes before a guest is entered is lost. Returns at once.
  void interrupt_all();

 private:
  std::mutex mutex_;
  std::list<Interrupt> interrupts_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace wherry::serve
