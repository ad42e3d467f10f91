#include "trust/encoding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wherry::trust {
namespace {

// RFC 4648 §10.
struct Vector {
  const char* plain;
  const char* base64;
  const char* base32;  // without its padding
};
constexpr Vector kVectors[] = {
    {"", "", ""},
    {"f", "Zg==", "MY"},
    {"fo", "Zm8=", "MZXQ"},
    {"foo", "Zm9v", "MZXW6"},
    {"foob", "Zm9vYg==", "MZXW6YQ"},
    {"fooba", "Zm9vYmE=", "MZXW6YTB"},
    {"foobar", "Zm9vYmFy", "MZXW6YTBOI"},
};

TEST(Encoding, AgreesWithTheVectorsOfRfc4648) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.plain);
    EXPECT_EQ(to_base64(as_bytes(vector.plain)), vector.base64);
    EXPECT_EQ(as_text(from_base64(vector.base64).value()), vector.plain);
    EXPECT_EQ(as_text(to_base32(as_bytes(vector.plain))), vector.base32);
    EXPECT_EQ(as_text(from_base32(vector.base32).value()), vector.plain);
  }
  EXPECT_EQ(to_base64url(as_bytes("\xfb\xff")), "-_8");
  EXPECT_EQ(as_text(from_base64url("-_8").value()), "\xfb\xff");
}

TEST(Encoding, TakesOneNotationOnly) {
  for (const char* text : {"Zg", "Zg=", "Zh==", "Z===", "Zg==\n", "Zg==Zg==", "-_8=", "Zm9v\n"})
    EXPECT_FALSE(from_base64(text)) << text;
  for (const char* text : {"Zg==", "Zh", "Z", "+/8"}) EXPECT_FALSE(from_base64url(text)) << text;
  for (const char* text : {"MY======", "MZ", "M", "my", "M1", "MZX"})
    EXPECT_FALSE(from_base32(text)) << text;
}

TEST(Encoding, WritesAndReadsPem) {
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

TEST(Encoding, RefusesWhatIsNoPem) {
  for (const char* text :
       {"", "-----BEGIN X", "-----BEGIN X-----\nZg==\n", "-----BEGIN X-----\nZg==\n-----END Y-----",
        "-----BEGIN X\n-----\nZg==\n-----END X-----", "-----BEGIN X-----\n!\n-----END X-----"})
    EXPECT_FALSE(parse_pem(text)) << text;
  EXPECT_FALSE(parse_pem(std::string(1 << 20, '-')));
}

}  // namespace
}  // namespace wherry::trust
