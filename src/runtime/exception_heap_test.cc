#include "runtime/exception_heap.h"

#include <gtest/gtest.h>

#include <array>

namespace wherry::runtime {
namespace {

constexpr abi::Tag kTag{.type_id = 1};

uint64_t word_of(const abi::Exception* exception) { return reinterpret_cast<uint64_t>(exception); }

constexpr uint64_t kPlenty = uint64_t{1} << 30;

std::vector<abi::Exception*> all_of(const ExceptionHeap& heap) {
  return {heap.exceptions().begin(), heap.exceptions().end()};
}

TEST(ExceptionHeap, KeepsThePayload) {
  MemoryBudget budget(kPlenty);
  ExceptionHeap heap(budget);
  std::array<uint64_t, 2> payload = {7, 8};
  const abi::Exception* exception = heap.create(&kTag, payload);
  ASSERT_NE(exception, nullptr);
  EXPECT_EQ(exception->tag, &kTag);
  EXPECT_EQ(exception->slots, 2u);
  EXPECT_EQ(exception->payload()[1], 8u);
}

TEST(ExceptionHeap, SweepsWhatIsNotReached) {
  MemoryBudget budget(kPlenty);
  ExceptionHeap heap(budget);
  const abi::Exception* inner = heap.create(&kTag, {});
  std::array<uint64_t, 1> payload = {word_of(inner)};
  const abi::Exception* outer = heap.create(&kTag, payload);
  heap.create(&kTag, {});
  for (int time = 0; time < 2; ++time) {
    ExceptionMarker marker(all_of(heap));
    marker.mark(word_of(outer) + 8);  // a part of it is enough
    heap.sweep();
    EXPECT_EQ(heap.exceptions().size(), 2u) << "time " << time;
  }
  ExceptionMarker(all_of(heap)).mark(0);
  heap.sweep();
  EXPECT_TRUE(heap.exceptions().empty());
}

TEST(ExceptionHeap, MarksWhatTheStackHolds) {
  MemoryBudget budget(kPlenty);
  ExceptionHeap heap(budget);
  std::array<const abi::Exception*, 1> kept = {heap.create(&kTag, {})};
  ExceptionMarker marker(all_of(heap));
  marker.mark_stack(std::as_bytes(std::span(kept)).data() + sizeof kept);
  EXPECT_EQ(kept.front()->is_marked, 1u);
}

TEST(ExceptionHeap, IsLimited) {
  MemoryBudget budget(kPlenty);
  ExceptionHeap heap(budget);
  std::vector<uint64_t> payload(2000);
  uint64_t made = 0;
  while (heap.create(&kTag, payload)) ++made;
  EXPECT_GT(made, 1000u);
  EXPECT_LE(made * payload.size() * sizeof(uint64_t), ExceptionHeap::kBytesMax);
  heap.sweep();
  EXPECT_NE(heap.create(&kTag, payload), nullptr);
}

TEST(ExceptionHeap, TakesOfTheBudgetAndGivesBack) {
  constexpr uint64_t kBytes = 1 << 20;
  MemoryBudget budget(kBytes);
  std::vector<uint64_t> payload(2000);
  {
    ExceptionHeap heap(budget);
    ASSERT_TRUE(budget.take(kBytes / 2));
    uint64_t made = 0;
    while (heap.create(&kTag, payload)) ++made;
    EXPECT_EQ(made, kBytes / 2 / (sizeof(abi::Exception) + payload.size() * sizeof(uint64_t)));
    budget.give_back(kBytes / 2);
    EXPECT_NE(heap.create(&kTag, payload), nullptr);
    heap.sweep();
    EXPECT_TRUE(budget.take(kBytes));
    budget.give_back(kBytes);
    EXPECT_NE(heap.create(&kTag, payload), nullptr);
  }
  EXPECT_TRUE(budget.take(kBytes));
}

TEST(ExceptionHeap, WantsACollectionNowAndThen) {
  MemoryBudget budget(kPlenty);
  ExceptionHeap heap(budget);
  std::array<uint64_t, 1> payload = {};
  EXPECT_FALSE(heap.wants_collection());
  while (!heap.wants_collection()) ASSERT_NE(heap.create(&kTag, payload), nullptr);
  heap.sweep();
  EXPECT_FALSE(heap.wants_collection());
}

}  // namespace
}  // namespace wherry::runtime
