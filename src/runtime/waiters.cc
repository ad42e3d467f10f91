#include "runtime/waiters.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <optional>

#include "runtime/activation.h"
#include "runtime/thread_timer.h"

namespace wherry::runtime {

namespace {

uint32_t* futex_word(std::atomic<uint32_t>& word) {
  static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(word) == sizeof(uint32_t));
  return reinterpret_cast<uint32_t*>(&word);
}

// On CLOCK_MONOTONIC; nothing for never.
std::optional<timespec> deadline_of(int64_t timeout_ns) {
  constexpr int64_t kSecond = 1'000'000'000;
  if (timeout_ns < 0) return std::nullopt;
  const int64_t now = read_clock(CLOCK_MONOTONIC).count();
  if (timeout_ns > std::numeric_limits<int64_t>::max() - now) return std::nullopt;
  const int64_t at = now + timeout_ns;
  return timespec{.tv_sec = at / kSecond, .tv_nsec = at % kSecond};
}

}  // namespace

// Ends early for signals, and now and then for nothing.
Waiters::Outcome Waiters::sleep(Waiter& waiter, int64_t timeout_ns) {
  const std::optional<timespec> deadline = deadline_of(timeout_ns);
  while (waiter.notified.load(std::memory_order_acquire) == 0) {
    long woken =
        syscall(SYS_futex, futex_word(waiter.notified), FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG, 0,
                deadline ? &*deadline : nullptr, nullptr, FUTEX_BITSET_MATCH_ANY);
    if (woken == 0) continue;
    if (errno == ETIMEDOUT) return Outcome::TimedOut;
    if (errno == EINTR && pending_interruption()) return Outcome::Interrupted;
  }
  return Outcome::Notified;
}

template <class Word>
Waiters::Outcome Waiters::wait(std::byte* place, Word expected, int64_t timeout_ns) {
  Queue& queue = queue_of(place);
  Waiter waiter{.place = place};
  {
    std::scoped_lock lock(queue.mutex);
    // The guest's memory has no type: this is how its threads see it, too.
    if (std::atomic_ref(*reinterpret_cast<Word*>(place)).load() != expected)
      return Outcome::NotEqual;
    queue.waiters.push_back(&waiter);
  }
  Outcome outcome = sleep(waiter, timeout_ns);
  if (outcome == Outcome::Notified) return outcome;
  std::scoped_lock lock(queue.mutex);
  // Who was taken out of the queue has been counted by notify().
  return std::erase(queue.waiters, &waiter) == 0 ? Outcome::Notified : outcome;
}

template Waiters::Outcome Waiters::wait(std::byte*, uint32_t, int64_t);
template Waiters::Outcome Waiters::wait(std::byte*, uint64_t, int64_t);

// Once it is notified, a waiter may be gone before its word is woken, and the word be somebody
// else's: who then wakes up goes back to sleep.
uint32_t Waiters::notify(const std::byte* place, uint32_t count) {
  Queue& queue = queue_of(place);
  std::scoped_lock lock(queue.mutex);
  uint32_t woken = 0;
  std::erase_if(queue.waiters, [&](Waiter* waiter) {
    if (woken == count || waiter->place != place) return false;
    ++woken;
    uint32_t* word = futex_word(waiter->notified);
    waiter->notified.store(1, std::memory_order_release);
    syscall(SYS_futex, word, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr, nullptr, 0);
    return true;
  });
  return woken;
}

}  // namespace wherry::runtime
