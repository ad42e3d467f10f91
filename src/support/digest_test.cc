#include "support/digest.h"

#include <gtest/gtest.h>

namespace wherry {

// The values of FIPS 180-4's examples.
TEST(Sha256, MatchesPublishedVectors) {
  EXPECT_EQ(sha256(as_bytes("")).hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256(as_bytes("abc")).hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Sha256, GivesTheSameInPieces) {
  Sha256 hash;
  hash.update(as_bytes("a"));
  hash.update(as_bytes("bc"));
  EXPECT_EQ(hash.finish(), sha256(as_bytes("abc")));
}

TEST(Digest, RoundTrips) {
  Digest digest = sha256(as_bytes("abc"));
  auto parsed = parse_digest(digest.to_string());
  ASSERT_TRUE(parsed);
  EXPECT_EQ(*parsed, digest);
}

TEST(Digest, RefusesWhatIsNone) {
  const std::string hex = sha256(as_bytes("")).hex();
  struct {
    std::string text;
    ErrorCode code;
  } cases[] = {
      {"", ErrorCode::Malformed},
      {"sha256:", ErrorCode::Malformed},
      {"sha256:" + hex + "0", ErrorCode::Malformed},
      {"sha256:" + hex.substr(1), ErrorCode::Malformed},
      {"sha256:E" + hex.substr(1), ErrorCode::Malformed},
      {"sha256:../../../../../../../../../../../../../../../../../../../../../..",
       ErrorCode::Malformed},
      {"sha512:" + hex, ErrorCode::Unsupported},
      {hex, ErrorCode::Malformed},
  };
  for (const auto& test : cases) {
    auto parsed = parse_digest(test.text);
    ASSERT_FALSE(parsed) << test.text;
    EXPECT_EQ(parsed.error().code, test.code) << test.text;
  }
}

TEST(Digest, IsQuotedHarmlesslyWhereItIsNone) {
  const std::string hex = sha256(as_bytes("")).hex();
  for (const std::string& text : {std::string("\x1b[2J"), std::string("md5:\x1b[2J"),
                                  std::string("sha256:\x1b[2J"), "sha256:\x1b" + hex.substr(1)}) {
    auto parsed = parse_digest(text);
    ASSERT_FALSE(parsed) << hex;
    EXPECT_EQ(parsed.error().message.find('\x1b'), std::string::npos) << parsed.error().message;
    EXPECT_NE(parsed.error().message.find("\\x1b"), std::string::npos) << parsed.error().message;
  }
}

}  // namespace wherry
