#include "runtime/memory.h"

#include <gtest/gtest.h>

#include "runtime/address_ranges.h"

namespace wherry::runtime {
namespace {

constexpr uint64_t kPage = wasm::kPageBytes;

std::unique_ptr<Memory> make(uint64_t min, std::optional<uint64_t> max,
                             uint64_t cap = kMemory32PagesMax) {
  auto memory = Memory::create({.limits = {min, max}, .pages_max = cap});
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
    uint64_t cap;
    uint64_t delta;
  };
  const Case cases[] = {
      {"beyond the cap", std::nullopt, 4, 4},
      {"beyond 4 GiB", std::nullopt, kMemory32PagesMax, 65536},
      {"beyond the maximum", 2, 100, 2},
      {"sum overflows", std::nullopt, 100, ~uint64_t{0}},
      {"a cap above 4 GiB", std::nullopt, ~uint64_t{0}, 65536},
  };
  for (const Case& item : cases) {
    auto memory = make(1, item.max, item.cap);
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

TEST(Memory, ExceedingTheCapAtTheStartIsUnavailable) {
  auto memory = Memory::create({.limits = {11, std::nullopt}, .pages_max = 10});
  ASSERT_FALSE(memory.has_value());
  EXPECT_EQ(memory.error().code, ErrorCode::Unavailable);
  EXPECT_EQ(memory.error().message, "memory of 11 pages exceeds the limit of 10 pages");
}

TEST(Memory, ReservesAllThatCompiledCodeCanReach) {
  auto memory = make(1, std::nullopt);
  EXPECT_GE(memory->reservation().size(), (uint64_t{8} << 30) + 16);
  const std::byte* last = memory->reservation().data() + memory->reservation().size() - 1;
  EXPECT_EQ(memory_reservations().find(last).begin, memory->reservation().data());
  memory.reset();
  EXPECT_EQ(memory_reservations().find(last).begin, nullptr);
}

}  // namespace
}  // namespace wherry::runtime
