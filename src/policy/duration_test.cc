#include "policy/duration.h"

#include <gtest/gtest.h>

namespace wherry::policy {
namespace {

using std::chrono::milliseconds;

TEST(Duration, ReadsUnits) {
  const std::pair<const char*, int64_t> cases[] = {
      {"30s", 30000}, {"30", 30000}, {"500ms", 500}, {"2m", 120000}, {"1h", 3600000}};
  for (auto [text, ms] : cases) {
    auto duration = parse_duration(text, {.allow_zero = false});
    ASSERT_TRUE(duration) << text;
    EXPECT_EQ(duration->count(), ms) << text;
  }
  EXPECT_TRUE(parse_duration("0", {.allow_zero = true}));
}

TEST(Duration, RefusesOthers) {
  for (const char* text :
       {"", "s", "-1s", "1d", "1.5s", "0", "0s", "30 s", "4294967295h", "99999999999s"})
    EXPECT_FALSE(parse_duration(text, {.allow_zero = false})) << text;
}

TEST(Duration, IsWrittenWithTheLargestUnitThatFits) {
  EXPECT_EQ(duration_text(milliseconds(0)), "0s");
  EXPECT_EQ(duration_text(milliseconds(1500)), "1500ms");
  EXPECT_EQ(duration_text(milliseconds(90000)), "90s");
  EXPECT_EQ(duration_text(milliseconds(120000)), "2m");
  EXPECT_EQ(duration_text(milliseconds(7200000)), "2h");
}

}  // namespace
}  // namespace wherry::policy
