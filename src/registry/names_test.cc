#include "registry/names.h"

#include <gtest/gtest.h>

namespace wherry::registry {
namespace {

TEST(RepositoryName, IsOfTheSpecificationsGrammar) {
  for (const char* good : {"a", "0", "demo", "team/demo", "a/b/c/d", "a.b", "a_b", "a__b", "a-b",
                           "a----b", "a1/b2", "manifests/tags/list"})
    EXPECT_TRUE(RepositoryName::parse(good)) << good;
  for (const char* bad :
       {"",     "/",    "a/",       "/a",         "a//b",    ".",   "..",  "a/../b", "A",    "a.",
        ".a",   "a..b", "_a",       "a_",         "a___b",   "-a",  "a-",  "a._b",   "a.-b", "a b",
        "a\nb", "a\\b", "\xc3\xa4", "_manifests", "a/_tags", "a:b", "a@b", "a%2fb"})
    EXPECT_FALSE(RepositoryName::parse(bad)) << bad;
  EXPECT_FALSE(RepositoryName::parse(std::string_view("a\0b", 3)));
  EXPECT_TRUE(RepositoryName::parse(std::string(255, 'a')));
  EXPECT_FALSE(RepositoryName::parse(std::string(256, 'a')));
}

TEST(Tag, IsOfTheSpecificationsGrammar) {
  for (const char* good : {"latest", "1.0", "_x", "A-b.c_D"}) EXPECT_TRUE(Tag::parse(good)) << good;
  for (const char* bad : {"", ".x", "-x", "a/b", "..", "a:b", "a b", "a+b"})
    EXPECT_FALSE(Tag::parse(bad)) << bad;
  EXPECT_TRUE(Tag::parse(std::string(128, 't')));
  EXPECT_FALSE(Tag::parse(std::string(129, 't')));
}

TEST(UploadId, IsHexDigitsOnly) {
  EXPECT_TRUE(is_upload_id("0123456789abcdef0123456789abcdef"));
  EXPECT_FALSE(is_upload_id("0123456789ABCDEF0123456789abcdef"));
  EXPECT_FALSE(is_upload_id("../../../../../../../../../../etc"));
  EXPECT_FALSE(is_upload_id(""));
}

}  // namespace
}  // namespace wherry::registry
