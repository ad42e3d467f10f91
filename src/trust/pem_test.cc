#include "trust/pem.h"

#include <gtest/gtest.h>

namespace wherry::trust {
namespace {

TEST(Pem, IsWrittenAndRead) {
  const std::string content(100, 'x');
  const std::string pem = to_pem("PUBLIC KEY", as_bytes(content));
  EXPECT_TRUE(pem.starts_with("-----BEGIN PUBLIC KEY-----\neHh4"));
  EXPECT_TRUE(pem.ends_with("=\n-----END PUBLIC KEY-----\n"));
  const std::string text = "a comment\n" + pem;  // what is parsed borrows it
  auto parsed = parse_pem(text);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->label, "PUBLIC KEY");
  EXPECT_EQ(as_text(parsed->bytes), content);
}

TEST(Pem, RefusesWhatIsNone) {
  for (const char* text :
       {"", "-----BEGIN X", "-----BEGIN X-----\nZg==\n", "-----BEGIN X-----\nZg==\n-----END Y-----",
        "-----BEGIN X\n-----\nZg==\n-----END X-----", "-----BEGIN X-----\n!\n-----END X-----"})
    EXPECT_FALSE(parse_pem(text)) << text;
  EXPECT_FALSE(parse_pem(std::string(1 << 20, '-')));
}

}  // namespace
}  // namespace wherry::trust
