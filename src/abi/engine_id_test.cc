#include "abi/engine_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string_view>

#include "abi/cpu_features.h"
#include "abi/trap.h"

namespace wherry::abi {
namespace {

TEST(EngineId, IsTheSameEachTime) {
  EXPECT_EQ(engine_id(), engine_id());
  EXPECT_NE(engine_id(), Digest{});
}

TEST(CpuFeatures, NamesEachOnce) {
  std::vector<const char*> names = cpu_features();
  std::set<std::string_view> unique(names.begin(), names.end());
  EXPECT_EQ(unique.size(), names.size());
}

TEST(CpuFeatures, Avx2ComesWithAvx) {
  std::vector<const char*> names = cpu_features();
  std::set<std::string_view> unique(names.begin(), names.end());
  EXPECT_TRUE(!unique.contains("avx2") || unique.contains("avx"));
}

TEST(CpuFeatures, StringHasAPlusForEach) {
  std::string text = cpu_feature_string();
  EXPECT_EQ(static_cast<size_t>(std::count(text.begin(), text.end(), '+')), cpu_features().size());
}

TEST(TrapMessage, IsTheOfficialSuitesWording) {
  EXPECT_STREQ(trap_message(TrapCode::IntegerDivideByZero), "integer divide by zero");
  EXPECT_STREQ(trap_message(TrapCode::MemoryOutOfBounds), "out of bounds memory access");
  EXPECT_STREQ(trap_message(TrapCode::StackOverflow), "call stack exhausted");
  EXPECT_STREQ(trap_message(static_cast<TrapCode>(200)), "unknown trap");
}

}  // namespace
}  // namespace wherry::abi
