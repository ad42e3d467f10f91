#include "runtime/type_registry.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

using wasm::FunctionType;
using wasm::HeapType;
using wasm::StructType;
using wasm::SubType;
using wasm::TypeIndex;
using wasm::ValueType;

SubType alone(wasm::CompositeType type) {
  SubType sub;
  sub.composite = std::move(type);
  return sub;
}

const abi::TypeDescriptor* intern(FunctionType type) {
  SubType sub = alone(std::move(type));
  return intern_types({&sub, 1}).front();
}

ValueType reference(uint32_t type, bool nullable = true) {
  return ValueType::reference(HeapType::of(TypeIndex(type)), nullable);
}

// Sets group and supertype of types that are one group each.
std::vector<SubType> sequence(std::vector<SubType> types) {
  for (uint32_t index = 0; index < types.size(); ++index) types[index].group = TypeIndex(index);
  return types;
}

TEST(TypeRegistry, GivesEqualTypesOneDescriptor) {
  EXPECT_EQ(intern({{ValueType::i32(), ValueType::f64()}, {}}),
            intern({{ValueType::i32(), ValueType::f64()}, {}}));
}

TEST(TypeRegistry, TellsParametersFromResultsAndTheirOrder) {
  const ValueType i32 = ValueType::i32(), i64 = ValueType::i64();
  std::vector<const abi::TypeDescriptor*> types = {intern({{i32, i64}, {}}),
                                                   intern({{i64, i32}, {}}),
                                                   intern({{}, {i32, i64}}),
                                                   intern({{i32}, {i64}}),
                                                   intern({{i64}, {i32}}),
                                                   intern({}),
                                                   intern({{ValueType::funcref()}, {}}),
                                                   intern({{ValueType::externref()}, {}})};
  for (size_t left = 0; left < types.size(); ++left)
    for (size_t right = 0; right < left; ++right)
      EXPECT_NE(types[left], types[right]) << left << " " << right;
}

TEST(TypeRegistry, ComparesGroupsMemberByMember) {
  // (rec (type (func)) (type (struct (field (ref null 0 or 1)))))
  auto group = [](uint32_t refers_to) {
    std::vector<SubType> types = {alone(FunctionType{}),
                                  alone(StructType{{{{reference(refers_to)}, false}}})};
    for (SubType& type : types) type.group_size = 2;
    return intern_types(types);
  };
  EXPECT_EQ(group(0), group(0));
  EXPECT_NE(group(0)[0], group(1)[0]) << "the same structure, but of another group";
  EXPECT_NE(group(0)[0], intern({}));
  EXPECT_EQ(group(1)[1]->reference_count, 1u);
  EXPECT_EQ(group(0)[1]->reference_count, 0u) << "functions are no objects";
}

TEST(TypeRegistry, KnowsSupertypesHoweverDeep) {
  std::vector<SubType> types;
  for (uint32_t index = 0; index < 20; ++index) {
    types.push_back(alone(StructType{}));
    types.back().is_final = false;
    if (index > 0) types.back().supertype = TypeIndex(index - 1);
  }
  auto chain = intern_types(sequence(types));
  for (size_t sub = 0; sub < chain.size(); ++sub)
    for (size_t super = 0; super < chain.size(); ++super)
      EXPECT_EQ(is_subtype(*chain[sub], *chain[super]), super <= sub) << sub << " " << super;
}

TEST(TypeRegistry, MatchesCanonicalTypes) {
  SubType open = alone(StructType{}), below = open, array = alone(wasm::ArrayType{});
  open.is_final = false;
  below.supertype = TypeIndex(0);
  auto types = intern_types(sequence({open, below, array, alone(FunctionType{})}));
  std::vector<uint64_t> ids;
  for (auto* type : types) ids.push_back(type_id_of(type));
  auto of = [&](uint32_t index, bool nullable) {
    return canonical(reference(index, nullable), ids.data());
  };
  auto abstract = [](int32_t code) { return ValueType::reference(HeapType::abstract(code), true); };
  EXPECT_TRUE(matches(of(1, false), of(0, true)));
  EXPECT_FALSE(matches(of(0, false), of(1, true)));
  EXPECT_FALSE(matches(of(1, true), of(0, false)));
  EXPECT_TRUE(matches(of(2, true), abstract(HeapType::kArray)));
  EXPECT_FALSE(matches(of(2, true), abstract(HeapType::kStruct)));
  EXPECT_TRUE(matches(abstract(HeapType::kNone), of(2, true)));
  EXPECT_FALSE(matches(abstract(HeapType::kNoFunc), of(2, true)));
  EXPECT_TRUE(is_function_reference(of(3, true)));
  EXPECT_FALSE(may_be_object(of(3, true)));
  EXPECT_TRUE(may_be_object(of(0, true)));
  EXPECT_TRUE(may_be_object(ValueType::externref()));
}

}  // namespace
}  // namespace wherry::runtime
