// Structs and arrays of compiled modules under a collector that has little room. The modules are
// written as bytes: wabt knows no such instructions.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/instance.h"
#include "runtime/object_heap.h"
#include "spec/engine.h"
#include "wasm/binary_for_tests.h"

namespace wherry::spec {
namespace {

using runtime::Instance;
using runtime::ObjectHeap;
using runtime::TrapCode;
using namespace wasm::binary;

// (struct (field (mut (ref null 0))) (field (mut i64))), (func (param i32)),
// (func (param i32) (result i64)), (array (mut i64))
const std::string kTypes = section(1, list({"\x5f\x02\x63\x00\x01\x7e\x01"_b, "\x60\x01\x7f\x00"_b,
                                            "\x60\x01\x7f\x01\x7e"_b, "\x5e\x7e\x01"_b}));
// if (--parameter) goto loop
const std::string kRepeat = "\x20\x00\x41\x01\x6b\x22\x00\x0d\x00\x0b"_b;
const std::string kLoop = "\x03\x40"_b;
const std::string kNode = "\x01\x01\x63\x00"_b;  // one local, a (ref null 0)

std::string call_churn(uint32_t count) {  // count below 2^20, so that its LEB is positive
  std::string bytes = "\x41"_b;
  for (int rest = 2; rest > 0; --rest, count >>= 7)
    bytes += static_cast<char>((count & 0x7f) | 0x80);
  return bytes + static_cast<char>(count) + "\x10\x00"_b;
}

// churn: makes so many structs of which nothing is kept.
const std::string kChurn = "\x00"_b + kLoop + "\xfb\x01\x00\x1a"_b + kRepeat + "\x0b"_b;

// list: keeps so many in a list of which only a local knows, numbered; gives the numbers' sum.
const std::string kList =
    "\x02\x01\x63\x00\x01\x7e"_b + kLoop + "\x20\x01\x20\x00\xad\xfb\x00\x00\x21\x01"_b +
    call_churn(100) + kRepeat + kLoop + "\x20\x02\x20\x01\xfb\x02\x00\x01\x7c\x21\x02"_b +
    "\x20\x01\xfb\x02\x00\x00\x22\x01\xd1\x45\x0d\x00\x0b"_b + "\x20\x02\x0b"_b;

// cycles: makes so many pairs that refer to each other.
const std::string kCycles = kNode + kLoop + "\xfb\x01\x00\x21\x01"_b +
                            "\x20\x01\x20\x01\x42\x00\xfb\x00\x00\xfb\x05\x00\x00"_b + kRepeat +
                            "\x0b"_b;

// operand: leaves a struct of 42 on the operand stack while others are made.
const std::string kOperand =
    "\x00\xd0\x00\x42\x2a\xfb\x00\x00"_b + call_churn(1'000'000) + "\xfb\x02\x00\x01\x0b"_b;

// fill: a list without end.
const std::string kFill = kNode + kLoop + "\x20\x01\x42\x00\xfb\x00\x00\x21\x01\x0c\x00\x0b\x0b"_b;

// sum: an array of 64 ones, added up from its end with garbage made in between; so many times.
const std::string kSum = "\x03\x01\x63\x03\x01\x7f\x01\x7e"_b + kLoop +
                         "\x42\x01\x41\xc0\x00\xfb\x06\x03\x21\x01\x41\xc0\x00\x21\x02"_b + kLoop +
                         call_churn(2'000) +
                         "\x20\x03\x20\x01\x20\x02\x41\x01\x6b\x22\x02\xfb\x0b\x03\x7c\x21\x03"_b +
                         "\x20\x02\x0d\x00\x0b"_b + kRepeat + "\x20\x03\x0b"_b;

std::string objects_module() {
  const char* names[] = {"churn", "list", "cycles", "operand", "fill", "sum"};
  std::string exports = number(std::size(names));
  for (size_t index = 0; index < std::size(names); ++index)
    exports += sized(names[index]) + "\x00"_b + number(index);
  return module({kTypes, section(3, list({"\1", "\2", "\1", "\2", "\1", "\2"})),
                 section(7, exports),
                 section(10, list({sized(kChurn), sized(kList), sized(kCycles), sized(kOperand),
                                   sized(kFill), sized(kSum)}))});
}

class ObjectTest : public testing::Test {
 protected:
  void SetUp() override {
    binary_ = objects_module();
    auto artifact = compile(as_bytes(binary_));
    ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
    auto instance = Instance::create(*artifact, {}, {.object_heap = heap_});
    ASSERT_TRUE(instance.has_value()) << instance.error().message;
    instance_ = *std::move(instance);
    ASSERT_TRUE(instance_->initialize().has_value());
  }

  std::expected<uint64_t, runtime::Trap> call(const char* name, uint64_t argument) {
    uint64_t slots[1] = {argument};
    auto done = Instance::call(*instance_->find_function(name), slots);
    if (!done) return std::unexpected(done.error());
    return slots[0];
  }

  std::string binary_;
  std::shared_ptr<ObjectHeap> heap_ = std::make_shared<ObjectHeap>(1 << 20);
  std::unique_ptr<Instance> instance_;
};

// 100 million structs of 24 bytes, where there is room for 32,768.
TEST_F(ObjectTest, GarbageOfGigabytesFitsIntoOneMegabyte) {
  ASSERT_TRUE(call("churn", 100'000'000).has_value());
  EXPECT_GT(heap_->collections(), 500u);
  EXPECT_LE(heap_->bytes_in_use(), 1u << 20);
}

TEST_F(ObjectTest, CyclesAreGarbage) { EXPECT_TRUE(call("cycles", 10'000'000).has_value()); }

TEST_F(ObjectTest, WhatOnlyALocalRefersToSurvives) {
  auto sum = call("list", 20'000);
  ASSERT_TRUE(sum.has_value()) << abi::trap_message(sum.error().code);
  EXPECT_EQ(*sum, 20'000ull * 20'001 / 2);
  EXPECT_GT(heap_->collections(), 0u);
}

TEST_F(ObjectTest, WhatOnlyTheOperandStackRefersToSurvives) {
  auto value = call("operand", 0);
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value, 42u);
}

TEST_F(ObjectTest, AnArraySurvivesTheLoopOverItsElements) {
  auto sum = call("sum", 100);
  ASSERT_TRUE(sum.has_value());
  EXPECT_EQ(*sum, 6'400u);
}

// And what has filled it is gone with the call.
TEST_F(ObjectTest, RunningOutIsATrap) {
  for (int round = 0; round < 3; ++round) {
    auto filled = call("fill", 0);
    ASSERT_FALSE(filled.has_value());
    EXPECT_EQ(filled.error().code, TrapCode::ObjectHeapExhausted);
    EXPECT_EQ(filled.error().function, 4u);
    EXPECT_TRUE(call("churn", 100'000).has_value());
  }
}

TEST_F(ObjectTest, InstancesOfDifferentHeapsAreNotLinked) {
  std::string importing =
      module({kTypes, section(2, list({sized("a") + sized("churn") + "\x00\x01"_b}))});
  auto artifact = compile(as_bytes(importing));
  ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
  runtime::Linker linker;
  linker.add("a", *instance_);
  auto refused = Instance::create(*artifact, linker, {});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, testing::HasSubstr("must share the heap"));
  EXPECT_TRUE(Instance::create(*artifact, linker, {.object_heap = heap_}).has_value());
}

}  // namespace
}  // namespace wherry::spec
