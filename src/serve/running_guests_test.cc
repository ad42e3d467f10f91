#include "serve/running_guests.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>

namespace wherry::serve {
namespace {

using namespace std::chrono_literals;

void wait_until_at_least(const std::atomic<int>& count, int expected) {
  auto end = std::chrono::steady_clock::now() + 20s;
  while (count < expected && std::chrono::steady_clock::now() < end)
    std::this_thread::sleep_for(1ms);
  EXPECT_GE(count, expected);
}

TEST(RunningGuests, AreInterruptedAgainUntilTheyEnd) {
  std::atomic<int> interrupts = 0;
  RunningGuests guests;
  {
    RunningGuests::Entry entry(guests, [&] { interrupts++; });
    EXPECT_EQ(interrupts, 0);
    guests.interrupt_all();
    wait_until_at_least(interrupts, 3);
  }
  int count = interrupts;
  std::this_thread::sleep_for(60ms);
  EXPECT_EQ(interrupts, count);
}

TEST(RunningGuests, AreInterruptedThatBeginLater) {
  std::atomic<int> before = 0, after = 0;
  RunningGuests guests;
  RunningGuests::Entry early(guests, [&] { before++; });
  guests.interrupt_all();
  wait_until_at_least(before, 1);
  RunningGuests::Entry late(guests, [&] { after++; });
  wait_until_at_least(after, 1);
}

}  // namespace
}  // namespace wherry::serve
