#include "runtime/memory.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <thread>

#include "runtime/address_ranges.h"

namespace wherry::runtime {
namespace {

constexpr uint64_t kPage = wasm::kPageBytes;

std::unique_ptr<Memory> make(uint64_t min, std::optional<uint64_t> max,
                             MemoryBudget* budget = nullptr) {
  auto memory = Memory::create({.limits = {min, max}, .budget = budget});
  EXPECT_TRUE(memory.has_value());
  return *std::move(memory);
}

TEST(Memory, BeginsWithZerosAndItsMinimum) {
  auto memory = make(2, 5);
  EXPECT_EQ(memory->pages(), 2u);
  EXPECT_EQ(memory->entry()->size_bytes, 2 * kPage);
  EXPECT_EQ(memory->bytes().front(), std::byte{0});
  EXPECT_EQ(memory->bytes().back(), std::byte{0});
}

TEST(Memory, GrowsInPlaceUpToItsMaximum) {
  auto memory = make(1, 3);
  std::byte* base = memory->entry()->base;
  memory->bytes().back() = std::byte{7};
  EXPECT_EQ(memory->grow(2), 1u);
  EXPECT_EQ(memory->entry()->base, base);
  EXPECT_EQ(memory->bytes()[kPage - 1], std::byte{7});
  memory->bytes().back() = std::byte{1};
  EXPECT_EQ(memory->grow(1), std::nullopt);
  EXPECT_EQ(memory->grow(0), 3u);
}

TEST(Memory, RefusesToGrowByAnythingTooLarge) {
  struct Case {
    const char* name;
    std::optional<uint64_t> max;
    uint64_t delta;
  };
  const Case cases[] = {
      {"beyond 4 GiB", 65536, 65536},
      {"to 4 GiB, undeclared", std::nullopt, 65535},
      {"beyond the maximum", 2, 2},
      {"sum overflows", std::nullopt, ~uint64_t{0}},
  };
  for (const Case& item : cases) {
    auto memory = make(1, item.max);
    EXPECT_EQ(memory->grow(item.delta), std::nullopt) << item.name;
    EXPECT_EQ(memory->pages(), 1u) << item.name;
  }
}

TEST(Memory, MayHaveNoPageAtAll) {
  auto memory = make(0, std::nullopt);
  EXPECT_TRUE(memory->bytes().empty());
  EXPECT_EQ(memory->grow(1), 0u);
  memory->bytes()[0] = std::byte{1};
}

TEST(Memory, SharedByThreadsGrowsInPlaceForAll) {
  for (bool guarded : {true, false}) {
    MemoryBudget budget(100 * kPage);
    auto memory = *Memory::create(
        {.limits = {1, 200}, .budget = &budget, .guarded = guarded, .shared = true});
    std::byte* base = memory->entry()->base;
    std::atomic<uint32_t> grown = 0;
    std::vector<std::jthread> threads;
    for (int number = 0; number < 4; ++number)
      threads.emplace_back([&] {
        for (int round = 0; round < 50; ++round) {
          if (!memory->grow(1)) continue;
          ++grown;
          memory->bytes().back() = std::byte{1};
        }
      });
    threads.clear();
    EXPECT_EQ(memory->guarded(), guarded);
    EXPECT_EQ(grown, 99u);  // the budget's rest
    EXPECT_EQ(memory->pages(), 100u);
    EXPECT_EQ(memory->entry()->base, base);
  }
}

TEST(Memory, ExceedingTheBudgetAtTheStartIsUnavailable) {
  MemoryBudget budget(10 * kPage);
  auto memory = Memory::create({.limits = {11, std::nullopt}, .budget = &budget});
  ASSERT_FALSE(memory.has_value());
  EXPECT_EQ(memory.error().code, ErrorCode::Unavailable);
}

TEST(Memory, ReservesAllThatCompiledCodeCanReach) {
  auto memory = make(1, std::nullopt);
  EXPECT_GE(memory->reservation().size(), (uint64_t{8} << 30) + 16);
  const std::byte* last = memory->reservation().data() + memory->reservation().size() - 1;
  EXPECT_EQ(memory_reservations().find(last).begin, memory->reservation().data());
  memory.reset();
  EXPECT_EQ(memory_reservations().find(last).begin, nullptr);
}

TEST(Memory, GrowsTo4GibibytesOnlyWhereItsTypeSaysSo) {
  auto declared = make(1, 65536), undeclared = make(1, std::nullopt);
  EXPECT_EQ(declared->grow(65535), 1u);
  EXPECT_EQ(undeclared->grow(65534), 1u);
  EXPECT_EQ(undeclared->grow(1), std::nullopt);
  auto large = make(65536, std::nullopt);
  EXPECT_EQ(large->grow(0), 65536u);
  EXPECT_EQ(large->grow(1), std::nullopt);
}

// By a system call, which tells what a processor would do.
TEST(Memory, IsInaccessibleInFront) {
  auto memory = make(1, std::nullopt);
  const std::byte* front = memory->bytes().data() - abi::kMemoryFrontGuardBytes;
  EXPECT_EQ(memory->reservation().data(), front);
  for (const std::byte* byte : {front, front + abi::kMemoryFrontGuardBytes - 1}) {
    EXPECT_EQ(memory_reservations().find(byte).begin, front);
    EXPECT_EQ(write(STDOUT_FILENO, byte, 1), -1);
  }
}

TEST(Memory, TakesFromABudgetThatItsGrowthCannotExceed) {
  MemoryBudget budget(4 * kPage);
  auto first = make(1, std::nullopt, &budget), second = make(1, 2, &budget);
  EXPECT_EQ(first->grow(3), std::nullopt);
  EXPECT_EQ(second->grow(2), std::nullopt);  // beyond its own maximum: takes nothing
  EXPECT_EQ(first->grow(2), 1u);
  EXPECT_EQ(second->grow(1), std::nullopt);
  EXPECT_EQ(second->pages(), 1u);
}

TEST(Memory, Of64BitsReservesWhatItMayGrowTo) {
  auto memory = Memory::create({.limits = {1, 100}, .is_64 = true});
  ASSERT_TRUE(memory.has_value());
  EXPECT_EQ((*memory)->reservation().size(),
            abi::kMemoryFrontGuardBytes + 100 * kPage + abi::kMemoryGuardBytes);
  EXPECT_EQ((*memory)->grow(99), 1u);
  EXPECT_EQ((*memory)->grow(1), std::nullopt);
  (*memory)->bytes().back() = std::byte{1};
}

TEST(Memory, Of64BitsMayDeclareMoreThanThereIs) {
  const uint64_t all = uint64_t{1} << 48;
  MemoryOptions options{.limits = {1, all}, .is_64 = true};
  auto memory = Memory::create(options);
  ASSERT_TRUE(memory.has_value()) << memory.error().message;
  EXPECT_EQ((*memory)->grow(all - 1), std::nullopt);
  EXPECT_EQ((*memory)->grow(1), 1u);
  options.limits.min = all;
  auto impossible = Memory::create(options);
  ASSERT_FALSE(impossible.has_value());
  EXPECT_EQ(impossible.error().code, ErrorCode::Unavailable);
}

}  // namespace
}  // namespace wherry::runtime
