#include "http/message.h"

#include <gtest/gtest.h>

namespace wherry::http {
namespace {

TEST(FieldName, IgnoresCase) {
  EXPECT_TRUE(same_field_name("Content-Type", "cONTENT-tYPE"));
  EXPECT_FALSE(same_field_name("Content-Type", "Content-Typ"));
  EXPECT_FALSE(same_field_name("[", "{"));
}

TEST(Token, IsOfRfc9110) {
  for (const char* good : {"GET", "X-a_1", "!#$%&'*+-.^_`|~"}) EXPECT_TRUE(is_token(good)) << good;
  for (const char* bad : {"", "a b", "a:", "a\r", "\x80", "a(", "\"a\""})
    EXPECT_FALSE(is_token(bad)) << bad;
  EXPECT_FALSE(is_token(std::string_view("a\0", 2)));
}

}  // namespace
}  // namespace wherry::http
