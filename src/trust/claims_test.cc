#include "trust/claims.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/base64.h"
#include "support/digest.h"
#include "trust/module_sections.h"

namespace wherry::trust {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The seed of RFC 8032's TEST 1, as an account's.
constexpr const char* kAccount = "SAAJ2YNRTXX72WTAXKCEV5ES5QWMIRCJYVUXWMTJDFYDXLADDSXH6YHY3Q";
constexpr const char* kAccountKey = "ADLVVGABQKYQVN6VJP7NHSLEA45A5YLS6PNKMIZFV4BBU2HXA5IRVRTU";
constexpr const char* kModuleKey = "MBCFOPM6JW2APJLXJD3Z5O4CN7CPYJ2B4FTKLJUR5YR5MITIU7HD3WD5";
// Claims of the empty module by that account, made with Python's json, hashlib and cryptography.
constexpr const char* kToken =
    "eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0.eyJleHAiOjIwMDAwMDAwMDAsImp0aSI6InZlY3RvciIsImlhdC"
    "I6MTcwMDAwMDAwMCwiaXNzIjoiQURMVlZHQUJRS1lRVk42VkpQN05IU0xFQTQ1QTVZTFM2UE5LTUlaRlY0QkJVMkhY"
    "QTVJUlZSVFUiLCJzdWIiOiJNQkNGT1BNNkpXMkFQSkxYSkQzWjVPNENON0NQWUoyQjRGVEtMSlVSNVlSNU1JVElVN0"
    "hEM1dENSIsIm5iZiI6MTYwMDAwMDAwMCwid2FzY2FwIjp7Im5hbWUiOiJ2ZWN0b3IiLCJoYXNoIjoiOTNBNDRCQkI5"
    "NkM3NTEyMThFNEMwMEQ0NzlFNEMxNDM1ODEyMkEzODlBQ0NBMTYyMDVCMUU0RDBEQzVGOTQ3NiIsInRhZ3MiOlsiYS"
    "JdLCJjYXBzIjpbIndhc2NjOmh0dHBfc2VydmVyIiwid2FzY2M6bG9nZ2luZyJdLCJyZXYiOjcsInZlciI6IjEuMiIs"
    "InByb3YiOmZhbHNlfSwid2FzY2FwX3JldmlzaW9uIjozfQ.ah6vXMncHzScbkJtd5M1iPsXsP837flIEpoGcMhB770"
    "MiEtBwwdHbFzhqyz5n3PkFy_I9iQd6ctiWYcqBp0DDA";
// Tokens that wash signed: of wasmCloud's Echo actor, and of its http-hello-world
// (wasmcloud-go's and wasmCloud/go's tests).
constexpr const char* kEcho =
    "eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0.eyJqdGkiOiJTakI1Zm05NzRTanU5V01nVFVjaHNiIiwiaWF0Ij"
    "oxNjQ0ODQzNzQzLCJpc3MiOiJBQ09KSk42V1VQNE9ERDc1WEVCS0tUQ0NVSkpDWTVaS1E1NlhWS1lLNEJFSldHVkFP"
    "T1FIWk1DVyIsInN1YiI6Ik1CQ0ZPUE02SlcyQVBKTFhKRDNaNU80Q043Q1BZSjJCNEZUS0xKVVI1WVI1TUlUSVU3SE"
    "QzV0Q1Iiwid2FzY2FwIjp7Im5hbWUiOiJFY2hvIiwiaGFzaCI6IjRDRUM2NzNBN0RDQ0VBNkE0MTY1QkIxOTU4MzJD"
    "NzkzNjQ3MUNGN0FCNDUwMUY4MzdGOEQ2NzlGNDQwMEJDOTciLCJ0YWdzIjpbXSwiY2FwcyI6WyJ3YXNtY2xvdWQ6aH"
    "R0cHNlcnZlciJdLCJyZXYiOjQsInZlciI6IjAuMy40IiwicHJvdiI6ZmFsc2V9fQ.ZWyD6VQqzaYM1beD2x9Fdw4o_"
    "Bavy3ZG703Eg4cjhyJwUKLDUiVPVhqHFE6IXdV4cW6j93YbMT6VGq5iBDWmAg";
constexpr const char* kHello =
    "eyJ0eXAiOiJqd3QiLCJhbGciOiJFZDI1NTE5In0.eyJqdGkiOiJxdmVOakZjcW51dWhQaVJUMkU1YWJXIiwiaWF0Ij"
    "oxNzIxODM0ODg5LCJpc3MiOiJBQk9HQjRXNURPWDNVTzNSVldXUUdZU01WWEhSUFFZWFZaUDVVNFZGTUpEQ1lDV0FS"
    "N1M1Q1lNTyIsInN1YiI6Ik1DNUNDNFVENUxQRFo0QzdaTkFFQTRPWlEzQkVGTFNWUTc0MlczVEVUM09OS1M0RFJCVk"
    "5NNUlDIiwid2FzY2FwIjp7Im5hbWUiOiJodHRwLWhlbGxvLXdvcmxkIiwiaGFzaCI6IkNFOTAxOTJDOTlDMEIyQzYw"
    "OEIyRTJDQjYxOUE5MjUxRkI2ODE4NTZDMTU2ODFCMUJDRDYyRUVEQTJENTEyOEUiLCJ0YWdzIjpbIndhc21jbG91ZC"
    "5jb20vZXhwZXJpbWVudGFsIl0sInJldiI6MCwidmVyIjoiMC4xLjAiLCJwcm92IjpmYWxzZX0sIndhc2NhcF9yZXZp"
    "c2lvbiI6M30.8awbkvrBnRKLpz88s7GXYCW0onpKf_nNfsj7pXhCyvq8pm4y2IotrIPCdBvWqDvDouX4VAM6DQQUHu"
    "I-VdKYAA";

Bytes empty_module() {
  const ByteSpan bytes = as_bytes(std::string_view("\0asm\1\0\0\0", 8));
  return Bytes(bytes.begin(), bytes.end());
}

Bytes with_section(Bytes module, std::string_view token) {
  const Bytes section = make_claims_section(token);
  module.insert(module.end(), section.begin(), section.end());
  return module;
}

Claims some_claims() {
  return {.id = "test",
          .issuer = "",
          .subject = kModuleKey,
          .issued_s = 1,
          .name = "demo",
          .capabilities = {"wascc:logging"},
          .version = "1.0"};
}

Bytes signed_module(const Claims& claims) {
  return sign_claims(empty_module(), claims, NkeySeed::parse(kAccount).value()).value();
}

// A token of these parts by the account of kAccount.
std::string token_of(std::string_view header, std::string_view document) {
  std::string text =
      base64url_encode(as_bytes(header)) + "." + base64url_encode(as_bytes(document));
  const auto signature = NkeySeed::parse(kAccount)->sign(as_bytes(text));
  return text + "." + base64url_encode(signature);
}

constexpr const char* kHeader = R"({"typ":"jwt","alg":"Ed25519"})";

TEST(Claims, ReadsWhatWasmcloudSigned) {
  auto echo = parse_claims_token(kEcho);
  ASSERT_TRUE(echo) << echo.error().message;
  EXPECT_EQ(echo->name, "Echo");
  EXPECT_EQ(echo->issuer, "ACOJJN6WUP4ODD75XEBKKTCCUJJCY5ZKQ56XVKYK4BEJWGVAOOQHZMCW");
  EXPECT_EQ(echo->subject, kModuleKey);
  EXPECT_THAT(echo->capabilities, ElementsAre("wasmcloud:httpserver"));
  EXPECT_EQ(echo->revision, 4);
  EXPECT_EQ(echo->hash, "4CEC673A7DCCEA6A4165BB195832C7936471CF7AB4501F837F8D679F4400BC97");
  auto hello = parse_claims_token(kHello);
  ASSERT_TRUE(hello) << hello.error().message;
  EXPECT_THAT(hello->tags, ElementsAre("wasmcloud.com/experimental"));
}

TEST(Claims, ReadsAVectorMadeElsewhere) {
  auto claims = read_claims(with_section(empty_module(), kToken));
  ASSERT_TRUE(claims) << claims.error().message;
  ASSERT_TRUE(*claims);
  EXPECT_EQ((*claims)->issuer, kAccountKey);
  EXPECT_THAT((*claims)->capabilities, ElementsAre("wascc:http_server", "wascc:logging"));
  EXPECT_EQ((*claims)->expires_s, 2000000000);
  EXPECT_EQ((*claims)->not_before_s, 1600000000);
  EXPECT_EQ((*claims)->version, "1.2");
}

TEST(Claims, SignsWhatItReads) {
  const Bytes module = signed_module(some_claims());
  auto claims = read_claims(module);
  ASSERT_TRUE(claims) << claims.error().message;
  Claims expected = some_claims();
  expected.issuer = kAccountKey;
  expected.hash = (*claims)->hash;
  EXPECT_EQ(**claims, expected);
  EXPECT_EQ(canonical_without_claims(module).value(), empty_module());
  // Signed once more, it holds the later claims alone.
  Claims later = some_claims();
  later.name = "later";
  const Bytes again = sign_claims(module, later, NkeySeed::parse(kAccount).value()).value();
  EXPECT_EQ((*read_claims(again))->name, "later");
}

TEST(Claims, AreTheSameForTheSameModuleAndTime) {
  Claims claims = some_claims();
  claims.id.clear();
  const Bytes module = signed_module(claims);
  EXPECT_EQ(signed_module(claims), module);
  const std::string id = (*read_claims(module))->id;
  EXPECT_EQ(id.size(), 26);
  claims.issued_s++;
  EXPECT_NE((*read_claims(signed_module(claims)))->id, id);
}

TEST(Claims, AreNotSignedBeyondWhatIsRead) {
  Claims claims = some_claims();
  claims.capabilities.assign(257, "wascc:logging");
  EXPECT_EQ(sign_claims(empty_module(), claims, NkeySeed::parse(kAccount).value()).error().code,
            ErrorCode::Invalid);
}

TEST(Claims, AreAbsentFromMostModules) {
  EXPECT_EQ(read_claims(empty_module()).value(), std::nullopt);
  EXPECT_EQ(read_claims(as_bytes("text")).error().code, ErrorCode::Malformed);
}

TEST(Claims, RefusesAModuleThatWasChanged) {
  Bytes module = signed_module(some_claims());
  const ByteSpan custom = as_bytes(std::string_view("\0\2\1x", 4));  // an empty section "x"
  module.insert(module.end(), custom.begin(), custom.end());
  auto claims = read_claims(module);
  EXPECT_EQ(claims.error().code, ErrorCode::Denied);
  EXPECT_THAT(claims.error().message, HasSubstr("signed another module"));
}

TEST(Claims, RefusesForgeries) {
  const std::string good = kToken;
  const size_t dot = good.find('.');
  std::string changed = good;  // one letter of what is claimed
  changed[dot + 40] = changed[dot + 40] == 'A' ? 'B' : 'A';
  EXPECT_FALSE(parse_claims_token(changed));
  // Another account's signature.
  std::string foreign = good.substr(0, good.rfind('.') + 1);
  foreign += std::string(kEcho).substr(std::string_view(kEcho).rfind('.') + 1);
  auto forged = parse_claims_token(foreign);
  EXPECT_EQ(forged.error().code, ErrorCode::Denied);
  EXPECT_THAT(forged.error().message, HasSubstr("forged"));
}

TEST(Claims, RefusesOtherAlgorithms) {
  const std::string document = R"({"iss":"A","sub":"M","wascap":{"hash":""}})";
  for (const char* header :
       {R"({"typ":"jwt","alg":"none"})", R"({"typ":"jwt","alg":"HS256"})", R"({"typ":"jwt"})"}) {
    auto claims = parse_claims_token(token_of(header, document));
    EXPECT_EQ(claims.error().code, ErrorCode::Unsupported) << header;
  }
}

TEST(Claims, RefusesWhatIsIncomplete) {
  auto document = [](const char* issuer, const char* subject, const char* metadata) {
    return fmt::format(R"({{"iss":"{}","sub":"{}"{}}})", issuer, subject, metadata);
  };
  const char* metadata = R"(,"wascap":{"hash":"00"})";
  EXPECT_TRUE(parse_claims_token(token_of(kHeader, document(kAccountKey, kModuleKey, metadata))));
  for (const std::string& bad :
       {document(kModuleKey, kModuleKey, metadata), document(kAccountKey, kAccountKey, metadata),
        document(kAccountKey, "test.wasm", metadata), document(kAccountKey, kModuleKey, ""),
        document(kAccountKey, kModuleKey, R"(,"wascap":{})"),
        document(kAccountKey, kModuleKey, R"(,"exp":-1,"wascap":{"hash":"00"})"),
        document(kAccountKey, kModuleKey, R"(,"wascap":{"hash":"00","caps":"all"})"),
        std::string("[]"), std::string("{")})
    EXPECT_FALSE(parse_claims_token(token_of(kHeader, bad))) << bad;
  for (const char* text : {"", ".", "..", "a.b", "a.b.c.d"})
    EXPECT_FALSE(parse_claims_token(text)) << text;
}

TEST(Claims, HoldBetweenTheirTimes) {
  Claims claims = some_claims();
  EXPECT_TRUE(check_time(claims, 5));
  claims.not_before_s = 100;
  claims.expires_s = 200;
  EXPECT_THAT(check_time(claims, 99).error().message,
              HasSubstr("not valid before 1970-01-01T00:01:40Z"));
  EXPECT_TRUE(check_time(claims, 100));
  EXPECT_TRUE(check_time(claims, 199));
  auto expired = check_time(claims, 200);
  EXPECT_EQ(expired.error().code, ErrorCode::Denied);
  EXPECT_THAT(expired.error().message, HasSubstr("expired at 1970-01-01T00:03:20Z"));
}

TEST(Claims, RefusesTwoSections) {
  const Bytes module = with_section(with_section(empty_module(), kToken), kToken);
  EXPECT_THAT(read_claims(module).error().message, HasSubstr("several sections"));
}

TEST(Claims, AreSignedByAccountsOnly) {
  const NkeySeed module_seed = NkeySeed::create(NkeyKind::Module);
  EXPECT_FALSE(sign_claims(empty_module(), some_claims(), module_seed));
}

TEST(ModuleSections, FindsASectionWithPaddedSizes) {
  // id 0, size 8 in five bytes, the name's size 3 in two.
  const std::string text =
      std::string("\0asm\1\0\0\0", 8) + std::string("\0\x88\x80\x80\x80\0\x83\0jwtabc", 14);
  auto section = find_claims_section(as_bytes(text));
  ASSERT_TRUE(section) << section.error().message;
  ASSERT_TRUE(*section);
  EXPECT_EQ((*section)->begin, 8);
  EXPECT_EQ((*section)->end, text.size());
  EXPECT_EQ((*section)->token, "abc");
}

TEST(ModuleSections, WritesSizesInTheFewestBytes) {
  // Type section of size 1 in three bytes, a custom section "x" of size 3 in two, whose name's size
  // is padded and stays so.
  const std::string preamble("\0asm\1\0\0\0", 8);
  const std::string padded = preamble + std::string("\1\x81\x80\0\0\0\x83\0\x81\0x", 11);
  const std::string minimal = preamble + std::string("\1\1\0\0\3\x81\0x", 8);
  EXPECT_EQ(as_text(canonical_without_claims(as_bytes(padded)).value()), minimal);
  EXPECT_EQ(as_text(canonical_without_claims(as_bytes(minimal)).value()), minimal);
  // Signed, it hashes alike with the claims cut out and rewritten without them.
  const Bytes with_claims =
      sign_claims(as_bytes(padded), some_claims(), NkeySeed::parse(kAccount).value()).value();
  EXPECT_TRUE(read_claims(with_claims));
  EXPECT_EQ(as_text(canonical_without_claims(with_claims).value()), minimal);
  EXPECT_TRUE(as_text(with_claims).starts_with(minimal));
}

TEST(ModuleSections, RefusesSectionsBeyondTheEnd) {
  const std::string good = std::string("\0asm\1\0\0\0", 8) + std::string("\0\7\3jwtabc", 9);
  for (size_t size = 9; size < good.size(); ++size)
    EXPECT_FALSE(find_claims_section(as_bytes(good.substr(0, size)))) << size;
  EXPECT_FALSE(
      find_claims_section(as_bytes(std::string("\0asm\1\0\0\0", 8) + "\1\xff\xff\xff\xff\xff")));
}

}  // namespace
}  // namespace wherry::trust
