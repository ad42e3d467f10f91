#include "runtime/address_ranges.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace wherry::runtime {
namespace {

std::array<std::byte, 4096> space;
int owners[1500];

std::span<const std::byte> piece(size_t begin, size_t size) { return {space.data() + begin, size}; }

TEST(AddressRanges, FindsOnlyInside) {
  AddressRanges ranges;
  ranges.add(piece(100, 50), &owners[0]);
  EXPECT_EQ(ranges.find(&space[99]).begin, nullptr);
  EXPECT_EQ(ranges.find(&space[100]).owner, &owners[0]);
  EXPECT_EQ(ranges.find(&space[149]).begin, &space[100]);
  EXPECT_EQ(ranges.find(&space[150]).begin, nullptr);
  EXPECT_EQ(ranges.find(nullptr).begin, nullptr);
}

TEST(AddressRanges, ForgetsWhatIsRemovedAndUsesItsSlotAgain) {
  AddressRanges ranges;
  uint32_t first = ranges.add(piece(0, 10), &owners[0]);
  ranges.add(piece(10, 10), &owners[1]);
  ranges.remove(first);
  EXPECT_EQ(ranges.find(&space[5]).begin, nullptr);
  EXPECT_EQ(ranges.find(&space[15]).owner, &owners[1]);
  EXPECT_EQ(ranges.add(piece(20, 10), &owners[2]), first);
  EXPECT_EQ(ranges.find(&space[25]).owner, &owners[2]);
}

TEST(AddressRanges, HoldsMoreThanOneChunk) {
  AddressRanges ranges;
  for (size_t index = 0; index < std::size(owners); ++index)
    ranges.add(piece(index * 2, 2), &owners[index]);
  for (size_t index = 0; index < std::size(owners); ++index)
    ASSERT_EQ(ranges.find(&space[index * 2 + 1]).owner, &owners[index]) << index;
}

// A reader never sees the start of one range with the end of another.
TEST(AddressRanges, ReadersSeeNoTornRange) {
  AddressRanges ranges;
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int round = 0; round < 20'000; ++round) {
      ranges.remove(ranges.add(piece(0, 100), &owners[0]));
      ranges.remove(ranges.add(piece(200, 100), &owners[1]));
    }
    done = true;
  });
  while (!done) {
    ASSERT_EQ(ranges.find(&space[150]).begin, nullptr);
    auto found = ranges.find(&space[250]);
    ASSERT_TRUE(found.owner == nullptr || found.owner == &owners[1]);
  }
  writer.join();
}

}  // namespace
}  // namespace wherry::runtime
