#include "runtime/table.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

const abi::FunctionReference kFunction{reinterpret_cast<const void*>(0x1000), nullptr, 7};

std::unique_ptr<Table> make(wasm::ValueType element, uint64_t min, std::optional<uint64_t> max,
                            Reference init = nullptr, uint64_t cap = 1000) {
  auto table = Table::create({.type = {element, {min, max}}, .entries_max = cap, .init = init});
  EXPECT_TRUE(table.has_value());
  return *std::move(table);
}

TEST(Table, BeginsWithNull) {
  for (auto element : {wasm::ValueType::funcref(), wasm::ValueType::externref()}) {
    auto table = make(element, 3, std::nullopt);
    EXPECT_EQ(table->size(), 3u);
    for (uint64_t index = 0; index < 3; ++index) EXPECT_EQ(table->get(index), nullptr);
  }
}

TEST(Table, CopiesAFunctionsFieldsForIndirectCalls) {
  auto table = make(wasm::ValueType::funcref(), 2, std::nullopt);
  table->set(1, &kFunction);
  auto* entries = static_cast<const abi::FunctionTableEntry*>(table->entry()->entries);
  EXPECT_EQ(entries[1].code, kFunction.code);
  EXPECT_EQ(entries[1].type_id, 7u);
  EXPECT_EQ(entries[0].type_id, 0u);
  EXPECT_EQ(table->get(1), &kFunction);
  table->set(1, nullptr);
  EXPECT_EQ(entries[1].type_id, 0u);
}

TEST(Table, FillsInitialAndNewEntries) {
  int host_object = 0;
  auto table = make(wasm::ValueType::externref(), 1, 4, &host_object);
  EXPECT_EQ(table->get(0), &host_object);
  EXPECT_EQ(table->grow(2, nullptr), 1u);
  EXPECT_EQ(table->grow(1, &host_object), 3u);
  EXPECT_EQ(table->get(0), &host_object);
  EXPECT_EQ(table->get(2), nullptr);
  EXPECT_EQ(table->get(3), &host_object);
}

TEST(Table, RefusesToGrowBeyondMaximumAndCap) {
  EXPECT_EQ(make(wasm::ValueType::funcref(), 1, 2)->grow(2, nullptr), std::nullopt);
  EXPECT_EQ(make(wasm::ValueType::funcref(), 1, std::nullopt, nullptr, 10)->grow(10, nullptr),
            std::nullopt);
  EXPECT_EQ(make(wasm::ValueType::funcref(), 1, std::nullopt)->grow(~uint64_t{0}, nullptr),
            std::nullopt);
  EXPECT_EQ(make(wasm::ValueType::funcref(), 2, 2)->grow(0, nullptr), 2u);
}

TEST(Table, ExceedingTheCapAtTheStartIsUnavailable) {
  auto table =
      Table::create({.type = {wasm::ValueType::funcref(), {11, std::nullopt}}, .entries_max = 10});
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().code, ErrorCode::Unavailable);
}

TEST(Table, TakesFromABudgetThatItsGrowthCannotExceed) {
  MemoryBudget budget(10 * sizeof(void*));
  auto table =
      Table::create({.type = {wasm::ValueType::externref(), {8, std::nullopt}}, .budget = &budget});
  ASSERT_TRUE(table.has_value());
  EXPECT_EQ((*table)->grow(3, nullptr), std::nullopt);
  EXPECT_EQ((*table)->grow(2, nullptr), 8u);
  EXPECT_FALSE(
      Table::create({.type = {wasm::ValueType::externref(), {1, std::nullopt}}, .budget = &budget})
          .has_value());
}

}  // namespace
}  // namespace wherry::runtime
