// Code that counts on more than the specification says of any module: that a memory lacks its last
// page (compiler/address_distances.h), that a table is never written (compiler/constant_tables.h).
// Each must trap where the specification does.
#include <gtest/gtest.h>

#include "spec/engine_test.h"

namespace wherry::spec {
namespace {

using runtime::Instance;
using runtime::TrapCode;

// x - c in 32 bits wraps to where no memory is; compiled code goes in front of the memory instead
// (compiler/address_distances.h). A store that is in bounds with some of its bytes does nothing.
TEST_F(EngineTest, ADistanceBeyondTheFrontIsOutOfBounds) {
  std::string text = R"((module (memory 1)
    (data (i32.const 0) "\01\02\03\04\05\06\07\08")
    (func (export "load") (param i32) (result i64)
      (i64.load8_u (i32.add (local.get 0) (i32.const -65536))))
    (func (export "sub") (param i32) (result i64)
      (i64.load8_u (i32.sub (local.get 0) (i32.const 8))))
    (func (export "offset") (param i32) (result i64)
      (i64.load8_u offset=4 (i32.sub (local.get 0) (i32.const 4))))
    (func (export "store") (param i32)
      (i64.store (i32.sub (local.get 0) (i32.const 8)) (i64.const -1)))
    (func (export "read") (result i64) (i64.load (i32.const 0)))))";
  auto instance = instantiate(text);
  struct Case {
    const char* function;
    uint64_t address;
    bool traps;
  };
  const Case cases[] = {{"load", 65536, false}, {"load", 65535, true}, {"load", 0, true},
                        {"sub", 8, false},      {"sub", 7, true},      {"sub", 0, true},
                        {"offset", 4, false},   {"offset", 3, true},   {"offset", 0, true},
                        {"store", 7, true},     {"store", 1, true},    {"store", 0, true}};
  Bytes binary = assemble(text);
  for (const Case& item : cases) {
    SCOPED_TRACE(fmt::format("{} {}", item.function, item.address));
    std::vector<uint64_t> slots = {item.address};
    auto result = call_into(*instance, item.function, slots);
    ASSERT_EQ(result.has_value(), !item.traps);
    if (!item.traps) {
      EXPECT_EQ(slots[0], std::string_view(item.function) == "offset" ? 5u : 1u);
      continue;
    }
    EXPECT_EQ(result.error().code, TrapCode::MemoryOutOfBounds);
    ASSERT_LT(result.error().wasm_offset, binary.size());
    auto opcode = static_cast<uint8_t>(binary[result.error().wasm_offset]);
    EXPECT_EQ(opcode, *item.function == 's' && item.function[1] == 't' ? 0x37 : 0x31);
  }
  std::vector<uint64_t> slots = {0};
  ASSERT_TRUE(call_into(*instance, "read", slots).has_value());
  EXPECT_EQ(slots[0], 0x0807060504030201u);
}

// x + c may wrap around to the memory's begin, unless an access at x has shown that it does not.
TEST_F(EngineTest, ADistanceWrapsAroundToTheBegin) {
  auto instance = instantiate(R"((module (memory 1)
    (data (i32.const 0) "\01\02\03\04\05\06\07\08\09")
    (func (export "alone") (param i32) (result i64)
      (i64.load8_u (i32.add (local.get 0) (i32.const 8))))
    (func (export "behind a branch") (param i32 i32) (result i64)
      (if (local.get 1) (then (drop (i64.load8_u (local.get 0)))))
      (i64.load8_u (i32.add (local.get 0) (i32.const 8))))
    (func (export "behind") (param i32) (result i64)
      (drop (i64.load8_u (i32.add (local.get 0) (i32.const 8))))
      (i64.load8_u (i32.add (local.get 0) (i32.const 16))))
    (func (export "below") (param i32) (result i64)
      (drop (i64.load8_u (i32.add (local.get 0) (i32.const 16))))
      (i64.load8_u (i32.add (local.get 0) (i32.const 8))))))");
  struct Case {
    const char* function;
    int32_t address;
    std::optional<uint64_t> value;
  };
  const Case cases[] = {{"alone", -8, 1},
                        {"alone", -9, std::nullopt},
                        {"behind a branch", -8, 1},
                        {"behind", -8, 9},
                        {"behind", -9, std::nullopt},
                        {"below", -8, 1},
                        {"below", -9, std::nullopt},
                        {"below", -16, std::nullopt}};
  for (const Case& item : cases) {
    SCOPED_TRACE(fmt::format("{} {}", item.function, item.address));
    std::vector<uint64_t> slots = {static_cast<uint32_t>(item.address), 0};
    auto result = call_into(*instance, item.function, slots);
    ASSERT_EQ(result.has_value(), item.value.has_value());
    if (item.value)
      EXPECT_EQ(slots[0], *item.value);
    else
      EXPECT_EQ(result.error().code, TrapCode::MemoryOutOfBounds);
  }
}

// A table that is exported is the ordinary case; one that is not, the constant one. Both agree, and
// name the call.
TEST_F(EngineTest, CallsThroughATableTrapAlikeWhoeverMayWriteIt) {
  struct Case {
    uint32_t index;
    std::optional<TrapCode> code;
  };
  const Case cases[] = {{0, TrapCode::UninitializedElement},     {1, std::nullopt},
                        {2, TrapCode::IndirectCallTypeMismatch}, {3, std::nullopt},
                        {4, TrapCode::UninitializedElement},     {5, TrapCode::UndefinedElement},
                        {~0u, TrapCode::UndefinedElement}};
  for (const char* name : {"", "(export \"table\")"}) {
    std::string text = fmt::format(R"((module (table {} 5 9 funcref) (elem (i32.const 1) 0 1 2)
      (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
      (func)
      (func (param i32) (result i32) (i32.add (local.get 0) (i32.const 2)))
      (func (export "call") (param i32) (result i32)
        (call_indirect (param i32) (result i32) (i32.const 40) (local.get 0)))))",
                                   name);
    Bytes binary = assemble(text);
    auto instance = instantiate(text);
    for (const Case& item : cases) {
      SCOPED_TRACE(fmt::format("{} {}", name, item.index));
      std::vector<uint64_t> slots = {item.index};
      auto result = call_into(*instance, "call", slots);
      ASSERT_EQ(result.has_value(), !item.code);
      if (!item.code) {
        EXPECT_EQ(slots[0], item.index == 1 ? 41u : 42u);
        continue;
      }
      EXPECT_EQ(result.error().code, *item.code);
      EXPECT_EQ(result.error().function, 3u);
      EXPECT_EQ(binary[result.error().wasm_offset], std::byte{0x11});  // call_indirect
    }
  }
}

// Each call ends up in an instance's own function or in another's, with its own globals.
TEST_F(EngineTest, ATableThatNobodyWritesMayHoldImportedFunctions) {
  auto owner = instantiate(R"((module (global i32 (i32.const 7))
    (func (export "function") (result i32) (global.get 0))))");
  runtime::Linker linker;
  linker.add("owner", *owner);
  auto user = instantiate(R"((module (import "owner" "function" (func (result i32)))
    (global i32 (i32.const 5))
    (table 3 funcref) (elem (i32.const 0) 0 1)
    (func (result i32) (global.get 0))
    (func (export "call") (param i32) (result i32)
      (i32.add (call_indirect (result i32) (local.get 0)) (global.get 0)))))",
                          linker);
  for (auto [index, sum] : {std::pair{0u, 12u}, std::pair{1u, 10u}}) {
    std::vector<uint64_t> slots = {index};
    ASSERT_TRUE(call_into(*user, "call", slots).has_value());
    EXPECT_EQ(slots[0], sum) << index;
  }
  auto result = call(*user, "call", {2});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::UninitializedElement);
}

// An instantiation that ends half-way leaves a function in another's table. It sees what was
// written until then.
TEST_F(EngineTest, ATableThatIsFilledHalfWayIsNoConstant) {
  auto owner = instantiate(R"((module (table (export "table") 1 funcref)
    (func (export "call") (result i32) (call_indirect (result i32) (i32.const 0)))))");
  runtime::Linker linker;
  linker.add("owner", *owner);
  auto artifact = compile(assemble(R"((module (import "owner" "table" (table 1 funcref))
    (table $own 1 funcref)
    (func $victim (result i32) (i32.const 1))
    (func $spy (result i32) (call_indirect $own (result i32) (i32.const 0)))
    (elem (table 0) (i32.const 0) func $spy)
    (elem (table 0) (i32.const 1) func $spy)
    (elem (table $own) (i32.const 0) func $victim)))"));
  ASSERT_TRUE(artifact.has_value()) << artifact.error().message;
  auto user = Instance::create(*artifact, linker, {});
  ASSERT_TRUE(user.has_value()) << user.error().message;
  EXPECT_FALSE((*user)->initialize().has_value());
  auto result = call(*owner, "call", {0});
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code, TrapCode::UninitializedElement);
}

}  // namespace
}  // namespace wherry::spec
