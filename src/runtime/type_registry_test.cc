#include "runtime/type_registry.h"

#include <gtest/gtest.h>

namespace wherry::runtime {
namespace {

using wasm::ValueType;

TEST(TypeRegistry, GivesEqualTypesOneId) {
  std::vector<ValueType> pair = {ValueType::i32(), ValueType::f64()}, same = pair, none;
  EXPECT_EQ(intern_type(pair, none), intern_type(same, none));
  EXPECT_NE(intern_type(pair, none), 0u);
}

TEST(TypeRegistry, TellsParametersFromResultsAndTheirOrder) {
  std::vector<ValueType> ab = {ValueType::i32(), ValueType::i64()},
                         ba = {ValueType::i64(), ValueType::i32()};
  std::vector<ValueType> a = {ValueType::i32()}, b = {ValueType::i64()}, none;
  std::vector<uint64_t> ids = {intern_type(ab, none), intern_type(ba, none),
                               intern_type(none, ab), intern_type(a, b),
                               intern_type(b, a),     intern_type(none, none)};
  for (size_t left = 0; left < ids.size(); ++left)
    for (size_t right = 0; right < left; ++right)
      EXPECT_NE(ids[left], ids[right]) << left << " " << right;
}

TEST(TypeRegistry, TellsReferencesApart) {
  std::vector<ValueType> function = {ValueType::funcref()}, external = {ValueType::externref()},
                         none;
  EXPECT_NE(intern_type(function, none), intern_type(external, none));
}

}  // namespace
}  // namespace wherry::runtime
