#include "trust/sealed_key.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trust/ecdsa.h"
#include "trust/pem.h"

namespace wherry::trust {
namespace {

using ::testing::HasSubstr;

// A P-256 key of OpenSSL's, sealed with Python's hashlib.scrypt and PyNaCl's SecretBox.
constexpr const char* kSealed =
    R"({"kdf":{"name":"scrypt","params":{"N":32768,"r":8,"p":1},"salt":"AAECAwQFBgcICQoLDA0)"
    R"(ODxAREhMUFRYXGBkaGxwdHh8="},"cipher":{"name":"nacl/secretbox","nonce":"ZGVmZ2hpamtsb)"
    R"(W5vcHFyc3R1dnd4eXp7"},"ciphertext":"JOoDhcSJF8ZHfprnwlF92YbuVadCnkRl6TOx6RDW9eBz+ho+)"
    R"(eM+7yU5rv8dWnzLqPjf1pitM3yN+rwFfzfg7dtwGMJt/J5YdscPCB+yjcDVz5k2eY3yrxlf5QltPc6az2kSt)"
    R"(RGIftfZggRvuhUw8wYl2ojjtArRBzN1yuluK/DnoUDMIewfM63XVDE0V7tiExkr3YrzCCwdTLA=="})";
constexpr const char* kPublic =
    "-----BEGIN PUBLIC KEY-----\n"
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEtBu/PCGQSssgdqj3Gc/MjCugMQrv\n"
    "uJnVJMg8BntQdZID7TAjthkjxiiqAdjEpDDp7dftYJfmUMRC1jgkM8ej8Q==\n"
    "-----END PUBLIC KEY-----\n";

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  return text.replace(text.find(from), from.size(), to);
}

TEST(SealedKey, OpensAKeySealedElsewhere) {
  auto der = open_sealed_key(kSealed, as_bytes("correct horse"));
  ASSERT_TRUE(der) << der.error().message;
  EXPECT_EQ(EcdsaPrivateKey::parse_der(*der)->public_key().to_pem(), kPublic);
}

TEST(SealedKey, RefusesAWrongPassphraseAndAChangedFile) {
  auto wrong = open_sealed_key(kSealed, as_bytes("correct house"));
  EXPECT_EQ(wrong.error().code, ErrorCode::Denied);
  EXPECT_THAT(wrong.error().message, HasSubstr("wrong passphrase"));
  EXPECT_FALSE(open_sealed_key(replaced(kSealed, "JOoD", "JOoE"), as_bytes("correct horse")));
}

TEST(SealedKey, SealsAnewEachTime) {
  const std::string first = seal_key(as_bytes("hidden"), as_bytes("pw"));
  EXPECT_NE(first, seal_key(as_bytes("hidden"), as_bytes("pw")));
  EXPECT_EQ(first.find("hidden"), first.npos);
  EXPECT_EQ(as_text(open_sealed_key(first, as_bytes("pw")).value()), "hidden");
}

TEST(SealedKey, LimitsWhatScryptCosts) {
  for (const char* cost :
       {R"("N":1099511627776)", R"("N":18446744073709551615)", R"("N":0)", R"("N":3)"})
    EXPECT_FALSE(open_sealed_key(replaced(kSealed, R"("N":32768)", cost), {})) << cost;
  for (const char* cost : {R"("r":0)", R"("r":4294967295)", R"("r":18446744073709551615)"})
    EXPECT_FALSE(open_sealed_key(replaced(kSealed, R"("r":8)", cost), {})) << cost;
  auto parallel = open_sealed_key(replaced(kSealed, R"("p":1)", R"("p":1000)"), {});
  EXPECT_THAT(parallel.error().message, HasSubstr("costs more than the limit"));
}

TEST(SealedKey, RefusesOtherSchemesAndDamage) {
  EXPECT_EQ(open_sealed_key(replaced(kSealed, "scrypt", "argon2"), {}).error().code,
            ErrorCode::Unsupported);
  EXPECT_EQ(open_sealed_key(replaced(kSealed, "nacl/secretbox", "aes"), {}).error().code,
            ErrorCode::Unsupported);
  for (const char* text : {"", "{}", "[]", R"({"kdf":{"name":"scrypt"},"cipher":{}})"})
    EXPECT_FALSE(open_sealed_key(text, {})) << text;
  EXPECT_FALSE(open_sealed_key(replaced(kSealed, "ZGVmZ2", "Z2"), as_bytes("correct horse")));
}

}  // namespace
}  // namespace wherry::trust
