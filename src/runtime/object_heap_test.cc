#include "runtime/object_heap.h"

#include <gtest/gtest.h>

#include <cstring>

#include "runtime/object_access.h"
#include "runtime/type_registry.h"

namespace wherry::runtime {
namespace {

using wasm::HeapType;
using wasm::ValueType;

const abi::TypeDescriptor& intern(wasm::CompositeType composite) {
  wasm::SubType type;
  type.composite = std::move(composite);
  return *intern_types({&type, 1}).front();
}

wasm::FieldType any_field() {
  return {{ValueType::reference(HeapType::abstract(HeapType::kAny), true)}, true};
}

// Two references and a number.
const abi::TypeDescriptor& node_type() {
  return intern(wasm::StructType{{any_field(), any_field(), {{ValueType::i64()}, true}}});
}
const abi::TypeDescriptor& array_type() { return intern(wasm::ArrayType{any_field()}); }
const abi::TypeDescriptor& bytes_type() {
  return intern(wasm::ArrayType{{{ValueType::i32(), wasm::StorageType::Packing::I8}, true}});
}

struct Node {
  const abi::TypeDescriptor* type;
  Node* first;
  Node* second;
  uint64_t number;
};

class HeldRoots : public ObjectHeap::Roots {
 public:
  explicit HeldRoots(ObjectHeap& heap) : heap_(heap) { heap.add(*this); }
  ~HeldRoots() override { heap_.remove(*this); }
  void mark_roots(ObjectHeap& heap) override {
    for (void* object : objects) heap.mark_reference(reinterpret_cast<uint64_t>(object));
  }

  std::vector<void*> objects;

 private:
  ObjectHeap& heap_;
};

constexpr uint64_t kMiB = 1 << 20;

// Where a stack begins on which there is nothing but the collection's own frames.
const std::byte* empty_stack() { return static_cast<const std::byte*>(__builtin_frame_address(0)); }

Node* new_node(ObjectHeap& heap, const std::byte* stack_top = nullptr) {
  return static_cast<Node*>(heap.allocate(node_type(), node_type().size_bytes, stack_top));
}

// A list of so many whose end refers back to its begin. Not inlined, so that afterwards no register
// holds a part of it.
[[gnu::noinline]] Node* new_ring(ObjectHeap& heap, int length) {
  Node* begin = new_node(heap);
  Node* end = begin;
  for (int index = 1; index < length; ++index) {
    end->second = new_node(heap);
    end = end->second;
  }
  end->first = begin;
  return begin;
}

// Fills the heap, and says with how many.
[[gnu::noinline]] uint64_t fill(ObjectHeap& heap) {
  uint64_t count = 0;
  while (new_node(heap)) ++count;
  return count;
}

TEST(ObjectHeap, GivesZeroedObjectsUntilItsLimit) {
  ObjectHeap heap(kMiB);
  HeldRoots roots(heap);
  for (;;) {
    Node* node = new_node(heap);
    if (!node) break;
    ASSERT_EQ(node->type, &node_type());
    ASSERT_EQ(node->first, nullptr);
    ASSERT_EQ(node->number, 0u);
    node->number = ~uint64_t{0};
    roots.objects.push_back(node);
  }
  EXPECT_EQ(roots.objects.size(), kMiB / 32);
  EXPECT_EQ(heap.bytes_in_use(), kMiB);
  heap.collect(empty_stack());
  EXPECT_EQ(new_node(heap), nullptr) << "all are still referred to";
}

// Whole blocks; what is free gives way to larger objects, and all comes back in the end.
TEST(ObjectHeap, TakesOfTheBudgetAndGivesBack) {
  MemoryBudget budget(kMiB);
  {
    ObjectHeap heap(4 * kMiB, &budget);
    ASSERT_TRUE(budget.take(kMiB / 2));
    EXPECT_EQ(fill(heap), kMiB / 2 / 32);
    EXPECT_EQ(heap.bytes_in_use(), kMiB / 2);
    budget.give_back(kMiB / 2);
    EXPECT_EQ(fill(heap), kMiB / 2 / 32);
    EXPECT_FALSE(budget.take(1));
    EXPECT_EQ(heap.allocate(node_type(), 3 * kMiB / 4, nullptr), nullptr);
    // Sixteen free blocks, but one: a dead word of the stack may hold a last node.
    heap.collect(empty_stack());
    EXPECT_NE(heap.allocate(node_type(), 3 * kMiB / 4, nullptr), nullptr);
    EXPECT_FALSE(budget.take(kMiB / 4 + 1));
  }
  EXPECT_TRUE(budget.take(kMiB));
}

// Every second node; all are numbered from 1 on.
[[gnu::noinline]] uint64_t fill_and_keep_half(ObjectHeap& heap, std::vector<void*>& kept) {
  uint64_t made = 0;
  for (; Node* node = new_node(heap); ++made) {
    EXPECT_EQ(node->number, 0u);
    node->number = made + 1;
    if (made % 2 == 0) kept.push_back(node);
  }
  return made;
}

// What is kept has its contents, and what is not comes back as zero.
TEST(ObjectHeap, FreesWhatNobodyRefersTo) {
  ObjectHeap heap(kMiB);
  HeldRoots roots(heap);
  for (int round = 0; round < 3; ++round) {
    // A register or a dead word of the stack may hold a last node.
    EXPECT_GE(fill_and_keep_half(heap, roots.objects), kMiB / 32 - 2) << round;
    heap.collect(empty_stack());
    EXPECT_GE(fill(heap), kMiB / 64 - 2) << round;
    for (size_t index = 0; index < roots.objects.size(); ++index)
      ASSERT_EQ(static_cast<Node*>(roots.objects[index])->number, 2 * index + 1);
    roots.objects.clear();
    heap.collect(empty_stack());
  }
}

TEST(ObjectHeap, FollowsReferencesAndFreesCycles) {
  ObjectHeap heap(kMiB);
  HeldRoots roots(heap);
  roots.objects.push_back(new_ring(heap, 1000));
  new_ring(heap, 2000);
  heap.collect(empty_stack());
  EXPECT_GE(fill(heap), kMiB / 32 - 1002);
  Node* node = static_cast<Node*>(roots.objects.front());
  for (int index = 1; index < 1000; ++index) node = node->second;
  EXPECT_EQ(node->first, roots.objects.front());
}

TEST(ObjectHeap, FollowsTheElementsOfArrays) {
  ObjectHeap heap(4 * kMiB);
  HeldRoots roots(heap);
  const uint32_t length = 10'000;  // more than a cell holds
  ArrayView array(heap.allocate(array_type(), array_bytes(array_type(), length), nullptr));
  array.set_length(length);
  roots.objects.push_back(array.element(0) - abi::kArrayHeaderBytes);
  for (uint32_t index = 0; index < length; ++index) {
    Node* node = new_node(heap);
    node->number = index;
    std::memcpy(array.element(index), &node, sizeof node);
  }
  heap.collect(empty_stack());
  fill(heap);
  for (uint32_t index = 0; index < length; ++index) {
    Node* node;
    std::memcpy(&node, array.element(index), sizeof node);
    ASSERT_EQ(node->number, index);
  }
}

TEST(ObjectHeap, KeepsWhatTheStackPointsInto) {
  ObjectHeap heap(kMiB);
  uint64_t volatile words[4] = {};  // on the stack, above the collection's frames
  auto* top = const_cast<const std::byte*>(reinterpret_cast<volatile std::byte*>(words + 4));
  Node* node = new_node(heap);
  node->number = 42;
  words[1] = reinterpret_cast<uint64_t>(node) + offsetof(Node, second) + 3;
  void* large = heap.allocate(bytes_type(), 300'000, nullptr);
  ArrayView(large).set_length(1000);
  words[2] = reinterpret_cast<uint64_t>(large) + 200'000;
  heap.collect(top);
  fill(heap);
  EXPECT_EQ(node->number, 42u);
  EXPECT_EQ(ArrayView(large).length(), 1000u);
  EXPECT_EQ(heap.allocate(bytes_type(), 300'000, nullptr), nullptr);
}

TEST(ObjectHeap, CollectsByItselfAndGivesLargeObjectsBack) {
  ObjectHeap heap(16 * kMiB);
  for (int index = 0; index < 1000; ++index) {
    auto* object = static_cast<std::byte*>(heap.allocate(bytes_type(), 3 * kMiB, empty_stack()));
    ASSERT_NE(object, nullptr);
    ASSERT_EQ(object[2 * kMiB], std::byte{0});
    object[2 * kMiB] = std::byte{1};
  }
  EXPECT_GT(heap.collections(), 100u);
  EXPECT_LE(heap.bytes_in_use(), 16 * kMiB);
  EXPECT_EQ(heap.allocate(bytes_type(), 17 * kMiB, empty_stack()), nullptr);
}

// Objects of all sizes lie where their neighbours do not reach.
TEST(ObjectHeap, HasRoomForEverySize) {
  ObjectHeap heap(256 * kMiB);
  std::vector<std::pair<std::byte*, uint64_t>> objects;
  for (uint64_t size = abi::kArrayHeaderBytes; size < 70'000; size += size / 16 + 1) {
    auto* object = static_cast<std::byte*>(heap.allocate(bytes_type(), size, nullptr));
    ASSERT_NE(object, nullptr) << size;
    std::memset(object + 8, static_cast<int>(size % 251), size - 8);
    objects.emplace_back(object, size);
  }
  for (auto [object, size] : objects)
    for (uint64_t at = 8; at < size; ++at)
      ASSERT_EQ(object[at], static_cast<std::byte>(size % 251)) << size << " " << at;
}

}  // namespace
}  // namespace wherry::runtime
