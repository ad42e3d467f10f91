#include "trust/nkey.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "trust/test_bytes.h"

namespace wherry::trust {
namespace {

using ::testing::HasSubstr;

// Made by NATS' own nkeys.js 2.0.3 of the seed of RFC 8032's TEST 1.
constexpr const char* kSeed = "SAAJ2YNRTXX72WTAXKCEV5ES5QWMIRCJYVUXWMTJDFYDXLADDSXH6YHY3Q";
constexpr const char* kKey = "ADLVVGABQKYQVN6VJP7NHSLEA45A5YLS6PNKMIZFV4BBU2HXA5IRVRTU";
constexpr const char* kSignature =  // of "wherry"
    "2d8d69f5f95bfba75f5b275467b0ea962ba4b4b88d821a8b6b6d06458d040a0074fc050533cffd7046ff8051ca6a98"
    "df"
    "019431152ab18c1d943203cc2931200a";
// A module's key out of a token of wasmCloud's (claims_test.cc).
constexpr const char* kModuleKey = "MBCFOPM6JW2APJLXJD3Z5O4CN7CPYJ2B4FTKLJUR5YR5MITIU7HD3WD5";

TEST(Nkey, AgreesWithNats) {
  auto seed = NkeySeed::parse(kSeed);
  ASSERT_TRUE(seed);
  EXPECT_EQ(seed->public_key().to_string(), kKey);
  EXPECT_TRUE(std::ranges::equal(seed->sign(as_bytes("wherry")), from_hex(kSignature)));
  EXPECT_EQ(as_text(seed->to_text()), kSeed);
  EXPECT_EQ(parse_nkey(kKey)->kind, NkeyKind::Account);
  EXPECT_EQ(parse_nkey(kModuleKey)->kind, NkeyKind::Module);
  EXPECT_EQ(parse_nkey(kModuleKey)->to_string(), kModuleKey);
}

TEST(Nkey, CreatesKeysThatReadBack) {
  for (NkeyKind kind : {NkeyKind::Account, NkeyKind::Module}) {
    const NkeySeed seed = NkeySeed::create(kind);
    const Secret text = seed.to_text();
    EXPECT_TRUE(as_text(text).starts_with(kind == NkeyKind::Account ? "SA" : "SM"));
    EXPECT_EQ(NkeySeed::parse(as_text(text))->public_key(), seed.public_key());
    EXPECT_TRUE(seed.public_key().to_string().starts_with(kind == NkeyKind::Account ? "A" : "M"));
  }
}

TEST(Nkey, NoticesEveryWrongCharacter) {
  for (size_t i = 0; i < 56; ++i) {
    std::string text = kKey;
    text[i] = text[i] == 'B' ? 'C' : 'B';
    EXPECT_FALSE(parse_nkey(text)) << text;
  }
  for (const char* text : {"", "A", "not a key"}) EXPECT_FALSE(parse_nkey(text)) << text;
}

TEST(Nkey, TellsSeedsAndOtherKindsWithoutRepeatingThem) {
  EXPECT_THAT(parse_nkey(kSeed).error().message, HasSubstr("a seed, where a public key is wanted"));
  EXPECT_THAT(parse_nkey(kSeed).error().message, Not(HasSubstr("SAAJ")));
  // An operator's.
  auto other = parse_nkey("OAWETPB4Q67MOOFMP5YNXYBQ3PM3K2VXYDUVKUG2AOLRR5E74J3CIXAJ");
  EXPECT_EQ(other.error().code, ErrorCode::Unsupported);
  EXPECT_FALSE(NkeySeed::parse(kKey));
}

}  // namespace
}  // namespace wherry::trust
