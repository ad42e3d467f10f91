#include "support/quotes.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

TEST(Quotes, EscapeWhatLeavesTheLineOrSteersATerminal) {
  EXPECT_EQ(quote("a\n\x1b[31m\x7f\xff\\"), "a\\n\\x1b[31m\\x7f\\xff\\\\");
  EXPECT_EQ(in_quotes("a\tb"), "'a\\x09b'");
}

TEST(Quotes, ShowWhatWasLeftOut) {
  EXPECT_EQ(quote("abcd", 4), "abcd");
  EXPECT_EQ(quote("abcde", 4), "abcd...");
  EXPECT_EQ(in_quotes(std::string(100, 'x')), "'" + std::string(80, 'x') + "...'");
}

}  // namespace
}  // namespace wherry
