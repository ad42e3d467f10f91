#include "serve/running_guests.h"

#include <chrono>

namespace wherry::serve {

static constexpr auto kRepeatEvery = std::chrono::milliseconds(20);

RunningGuests::Entry::Entry(RunningGuests& guests, Interrupt interrupt) : guests_(guests) {
  std::list<Interrupt> entry;  // made before the lock
  entry.push_back(std::move(interrupt));
  std::scoped_lock lock(guests.mutex_);
  guests.interrupts_.splice(guests.interrupts_.end(), entry);
  place_ = std::prev(guests.interrupts_.end());
}

RunningGuests::Entry::~Entry() {
  std::list<Interrupt> entry;  // freed after the lock
  std::scoped_lock lock(guests_.mutex_);
  entry.splice(entry.end(), guests_.interrupts_, place_);
}

void RunningGuests::interrupt_all() {
  if (thread_.joinable()) return;
  thread_ = std::jthread([this](const std::stop_token& ended) {
    while (!ended.stop_requested()) {
      {
        std::scoped_lock lock(mutex_);
        for (const Interrupt& interrupt : interrupts_) interrupt();
      }
      std::this_thread::sleep_for(kRepeatEvery);
    }
  });
}

}  // namespace wherry::serve
