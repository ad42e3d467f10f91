#include "support/base64.h"

#include <gtest/gtest.h>

namespace wherry {
namespace {

// RFC 4648 §10.
TEST(Base64, GivesTheVectorsOfTheSpecification) {
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (auto [plain, encoded] : cases) {
    EXPECT_EQ(base64_encode(as_bytes(plain)), encoded);
    Result<Bytes> decoded = base64_decode(encoded);
    ASSERT_TRUE(decoded) << encoded;
    EXPECT_EQ(as_text(*decoded), plain);
  }
}

TEST(Base64, HasAnAlphabetForUrls) {
  const Bytes bytes = {std::byte{0xfb}, std::byte{0xff}, std::byte{0xfe}, std::byte{0x3e}};
  EXPECT_EQ(base64_encode(bytes), "+//+Pg==");
  EXPECT_EQ(base64_encode(bytes, Base64Alphabet::Url), "-__-Pg");
  EXPECT_EQ(base64_decode("-__-Pg", Base64Alphabet::Url).value(), bytes);
  EXPECT_FALSE(base64_decode("-__-Pg"));
}

TEST(Base64, TakesTextWithoutPadding) {
  EXPECT_EQ(as_text(base64_decode("Zm9vYg").value()), "foob");
}

TEST(Base64, RefusesWhatIsNone) {
  for (const char* text :
       {"Z", "Zg=", "Zg===", "Zm9v=", "Z g=", "Zg==\n", "Zh==", "=", "Zm9vY===", "====", "Zm=v"})
    EXPECT_FALSE(base64_decode(text)) << text;
}

}  // namespace
}  // namespace wherry
