#include "support/pattern.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(Pattern, MatchesTheWholeText) {
  struct Case {
    const char *pattern, *text;
    bool matches;
  };
  const Case cases[] = {
      {"a", "a", true},        {"a", "ab", false},
      {"a*", "ab", true},      {"a*", "a/b", false},
      {"a**", "a/b", true},    {"*b*c", "abxbc", true},
      {"**/b", "a/x/b", true}, {"**/b*", "a/bc/bd", true},
      {"*/b", "a/x/b", false}, {"", "", true},
      {"*", "", true},         {"**/c/*", "a/c/b/c/d", true},
      {"a*b", "ab/b", false},  {"**a*b", "xa/ab", true},
  };
  for (const Case& c : cases)
    EXPECT_EQ(matches_pattern(c.pattern, c.text), c.matches) << c.pattern << " " << c.text;
}

}  // namespace
}  // namespace wherry
