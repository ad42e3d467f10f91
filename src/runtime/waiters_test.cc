#include "runtime/waiters.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace wherry::runtime {
namespace {

using namespace std::chrono_literals;
using Outcome = Waiters::Outcome;

class WaitersTest : public testing::Test {
 protected:
  std::byte* place(size_t index = 0) { return reinterpret_cast<std::byte*>(&words_[index]); }
  std::atomic_ref<uint64_t> word(size_t index = 0) { return std::atomic_ref(words_[index]); }

  // Wakes `count` waiters, however long they take to arrive.
  void notify_all(uint32_t count, size_t index = 0) {
    while (count > 0) {
      count -= waiters_.notify(place(index), count);
      std::this_thread::yield();
    }
  }

  Waiters waiters_;
  uint64_t words_[64] = {};
};

TEST_F(WaitersTest, ComparesAsManyBitsAsItIsAsked) {
  word() = 0x1'0000'0007;
  EXPECT_EQ(waiters_.wait<uint32_t>(place(), 8, 0), Outcome::NotEqual);
  EXPECT_EQ(waiters_.wait<uint32_t>(place(), 7, 0), Outcome::TimedOut);
  EXPECT_EQ(waiters_.wait<uint64_t>(place(), 7, 0), Outcome::NotEqual);
  EXPECT_EQ(waiters_.wait<uint64_t>(place(), 0x1'0000'0007, 0), Outcome::TimedOut);
}

TEST_F(WaitersTest, SleepsAsLongAsItIsAsked) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(waiters_.wait<uint32_t>(place(), 0, 20'000'000), Outcome::TimedOut);
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
  EXPECT_EQ(waiters_.notify(place(), 1), 0u);  // it waits no more
}

TEST_F(WaitersTest, WakesOnlyThoseOfThePlaceAndNoMoreThanAsked) {
  std::atomic<int> woken = 0, others = 0;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 3; ++number)
    threads.emplace_back([&] {
      EXPECT_EQ(waiters_.wait<uint32_t>(place(), 0, -1), Outcome::Notified);
      ++woken;
    });
  // Word 8 is 64 bytes further: in the same queue.
  threads.emplace_back([&] {
    EXPECT_EQ(waiters_.wait<uint64_t>(place(8), 0, -1), Outcome::Notified);
    ++others;
  });
  notify_all(2);
  while (woken < 2) std::this_thread::yield();
  std::this_thread::sleep_for(5ms);
  EXPECT_EQ(woken, 2);
  EXPECT_EQ(others, 0);
  notify_all(1);
  notify_all(1, 8);
  threads.clear();
  EXPECT_EQ(woken + others, 4);
}

TEST_F(WaitersTest, WakesTheFirstFirst) {
  std::vector<int> order;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 3; ++number) {
    threads.emplace_back([&, number] {
      word(2) += 1;
      waiters_.wait<uint32_t>(place(), 0, -1);
      order.push_back(number);  // one at a time: the next is woken when this is seen
      word(1) += 1;
    });
    // Until it is in the queue, which nobody can ask.
    while (word(2) <= static_cast<uint64_t>(number)) std::this_thread::yield();
    std::this_thread::sleep_for(20ms);
  }
  for (uint64_t number = 0; number < 3; ++number) {
    notify_all(1);
    while (word(1) <= number) std::this_thread::yield();
  }
  threads.clear();
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

// What is stored before a notification is never missed: a game of ping-pong would stop.
TEST_F(WaitersTest, MissesNoNotification) {
  constexpr uint64_t kTurns = 5000;
  auto play = [&](uint64_t parity) {
    for (;;) {
      const uint64_t now = word();
      if (now >= kTurns) return;
      if (now % 2 != parity) {
        waiters_.wait<uint64_t>(place(), now, -1);
        continue;
      }
      word() = now + 1;
      waiters_.notify(place(), 1);
    }
  };
  std::jthread other([&] { play(1); });
  play(0);
  other.join();
  EXPECT_EQ(word(), kTurns);
}

// Each waiter is counted once, whether time or a notification comes first.
TEST_F(WaitersTest, CountsThoseThatItWokeDespiteTimeouts) {
  std::atomic<uint32_t> notified = 0, woken = 0;
  std::atomic<bool> done = false;
  std::vector<std::jthread> threads;
  for (int number = 0; number < 4; ++number)
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round)
        if (waiters_.wait<uint32_t>(place(), 0, 20'000) == Outcome::Notified) ++notified;
    });
  std::jthread waker([&] {
    while (!done) woken += waiters_.notify(place(), 2);
  });
  threads.clear();
  done = true;
  waker.join();
  EXPECT_EQ(notified, woken);
}

}  // namespace
}  // namespace wherry::runtime
