// Threads of guests that sleep in memory.atomic.wait, until another thread notifies them. Follows
// the threads proposal (github.com/WebAssembly/threads, Overview.md, "Wait and Notify operators").
//
// A futex of the kernel on the guest's own bytes would not do: it compares 32 bits where wait64
// compares 64, and may wake a thread without a reason, which a guest takes for a notification. So
// sleepers stand in queues, by the place that they wait for, and each sleeps on a word of its own.
// Comparing and joining the queue are one step under the queue's lock, and notify() takes the same
// lock: what is stored before a notification is never missed.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <vector>

namespace wherry::runtime {

// Of one memory. Thread-safe; must outlive those who wait.
class Waiters {
 public:
  enum class Outcome : uint8_t {
    Notified = 0,
    NotEqual = 1,
    TimedOut = 2,     // up to here as the instruction gives it
    Interrupted = 3,  // the guest is to stop: pending_interruption()
  };

  // `Word` is uint32_t or uint64_t, `place` its naturally aligned place in the memory. `timeout_ns`
  // below 0: none.
  template <class Word>
  Outcome wait(std::byte* place, Word expected, int64_t timeout_ns);

  // Wakes at most `count` of those who wait for `place`, the first ones first. How many.
  uint32_t notify(const std::byte* place, uint32_t count);

 private:
  struct Waiter {
    const std::byte* place;
    std::atomic<uint32_t> notified = 0;  // what it sleeps on
  };
  struct Queue {
    std::mutex mutex;
    std::vector<Waiter*> waiters;  // of several places
  };
  // So many threads rarely meet in one queue.
  static constexpr size_t kQueues = 16;

  static Outcome sleep(Waiter& waiter, int64_t timeout_ns);
  Queue& queue_of(const std::byte* place) {
    return queues_[reinterpret_cast<uintptr_t>(place) / sizeof(uint32_t) % kQueues];
  }

  std::array<Queue, kQueues> queues_;
};

}  // namespace wherry::runtime
