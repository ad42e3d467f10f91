#include "serve/watchdog.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wherry::serve {
namespace {

using namespace std::chrono_literals;

void wait_until_at_least(const std::atomic<int>& count, int expected) {
  auto end = Watchdog::Clock::now() + 20s;
  while (count < expected && Watchdog::Clock::now() < end) std::this_thread::sleep_for(1ms);
  EXPECT_GE(count, expected);
}

TEST(Watchdog, InterruptsAgainUntilTheWatchEnds) {
  Watchdog watchdog(10ms);
  std::atomic<int> interrupts = 0;
  Watch watch(watchdog, [&] { interrupts++; });
  wait_until_at_least(interrupts, 3);
  EXPECT_EQ(watch.end(), Watchdog::Reason::TimeOver);
  int count = interrupts;
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(interrupts, count);
}

TEST(Watchdog, LeavesQuickOnesAlone) {
  Watchdog watchdog(1h);
  std::atomic<int> interrupts = 0;
  {
    Watch watch(watchdog, [&] { interrupts++; });
    EXPECT_EQ(watch.end(), Watchdog::Reason::None);
  }
  EXPECT_EQ(interrupts, 0);
}

TEST(Watchdog, EndsOverlappingWatchesEachInItsTime) {
  Watchdog watchdog(30ms);
  std::atomic<int> first = 0;
  std::atomic<int> second = 0;
  Watch watch1(watchdog, [&] { first++; });
  std::this_thread::sleep_for(15ms);
  Watch watch2(watchdog, [&] { second++; });
  wait_until_at_least(first, 1);
  EXPECT_EQ(watch1.end(), Watchdog::Reason::TimeOver);
  wait_until_at_least(second, 1);
}

TEST(Watchdog, StopsEverythingNowAndFromNowOn) {
  Watchdog watchdog(1h);
  std::atomic<int> before = 0;
  std::atomic<int> after = 0;
  Watch early(watchdog, [&] { before++; });
  watchdog.interrupt_all();
  wait_until_at_least(before, 1);
  Watch late(watchdog, [&] { after++; });
  wait_until_at_least(after, 1);
  EXPECT_EQ(early.end(), Watchdog::Reason::Stopping);
}

}  // namespace
}  // namespace wherry::serve
