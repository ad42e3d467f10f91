#include "support/base64.h"

#include <gtest/gtest.h>

namespace wherry {
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

TEST(Base64, AgreesWithTheVectorsOfRfc4648) {
  for (const Vector& vector : kVectors) {
    SCOPED_TRACE(vector.plain);
    EXPECT_EQ(base64_encode(as_bytes(vector.plain)), vector.base64);
    EXPECT_EQ(as_text(base64_decode(vector.base64).value()), vector.plain);
    EXPECT_EQ(as_text(base64_decode_secret(vector.base64).value()), vector.plain);
    EXPECT_EQ(as_text(base32_encode(as_bytes(vector.plain))), vector.base32);
    EXPECT_EQ(as_text(base32_decode(vector.base32).value()), vector.plain);
  }
}

TEST(Base64, HasAnAlphabetForUrls) {
  const Bytes bytes = {std::byte{0xfb}, std::byte{0xff}, std::byte{0xfe}, std::byte{0x3e}};
  EXPECT_EQ(base64_encode(bytes), "+//+Pg==");
  EXPECT_EQ(base64url_encode(bytes), "-__-Pg");
  EXPECT_EQ(base64url_decode("-__-Pg").value(), bytes);
}

TEST(Base64, TakesOneTextForAValue) {
  for (const char* text : {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z g=", "Zg==\n", "Zh==", "=",
                           "Z===", "====", "Zm=v", "Zg==Zg==", "-_8=", "Zm9v\n"})
    EXPECT_FALSE(base64_decode(text)) << text;
  for (const char* text : {"Zg==", "Zh", "Z", "+/8"}) EXPECT_FALSE(base64url_decode(text)) << text;
  for (const char* text : {"MY======", "MZ", "M", "my", "M1", "MZX"})
    EXPECT_FALSE(base32_decode(text)) << text;
}

TEST(Base64, NeverRepeatsTheTextInMessages) {
  EXPECT_EQ(base64_decode("hunter2!").error().message,
            "no base64: a character is not of its alphabet");
}

}  // namespace
}  // namespace wherry
