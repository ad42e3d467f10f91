#include "trust/ecdsa.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trust/pem.h"
#include "trust/test_bytes.h"

namespace wherry::trust {
namespace {

// RFC 6979 §A.2.5: P-256, SHA-256, "sample".
constexpr const char* kPublicDer =
    "3059301306072a8648ce3d020106082a8648ce3d030107034200"
    "0460fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
    "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
constexpr const char* kSignature =
    "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
    "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";

EcdsaPublicKey rfc_key() {
  return EcdsaPublicKey::parse(to_pem("PUBLIC KEY", from_hex(kPublicDer))).value();
}

TEST(Ecdsa, VerifiesTheVectorOfRfc6979) {
  EXPECT_TRUE(rfc_key().verify(as_bytes("sample"), from_hex(kSignature)));
  EXPECT_EQ(rfc_key().to_pem(), to_pem("PUBLIC KEY", from_hex(kPublicDer)));
}

TEST(Ecdsa, RefusesEveryChangedBit) {
  const EcdsaPublicKey key = rfc_key();
  const Bytes good = from_hex(kSignature);
  for (size_t bit = 0; bit < good.size() * 8; ++bit) {
    Bytes signature = good;
    signature[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_FALSE(key.verify(as_bytes("sample"), signature)) << bit;
  }
  auto other = key.verify(as_bytes("simple"), good);
  EXPECT_EQ(other.error().code, ErrorCode::Denied);
  EXPECT_FALSE(key.verify(as_bytes("sample"), {}));
}

TEST(Ecdsa, SignsWhatItVerifies) {
  auto key = EcdsaPrivateKey::create();
  ASSERT_TRUE(key);
  const Bytes signature = key->sign(as_bytes("text")).value();
  EXPECT_TRUE(key->public_key().verify(as_bytes("text"), signature));
  EXPECT_FALSE(rfc_key().verify(as_bytes("text"), signature));
  auto again = EcdsaPrivateKey::parse_der(key->to_der());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->public_key(), key->public_key());
}

TEST(Ecdsa, RefusesOtherKeys) {
  // `openssl ecparam -name secp256k1`, and an Ed25519 key.
  const Bytes k256 = from_hex(
      "3056301006072a8648ce3d020106052b8104000a034200"
      "0479be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"
      "483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d4b8");
  const Bytes ed25519 = from_hex(
      "302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
  for (const Bytes& der : {k256, ed25519})
    EXPECT_EQ(EcdsaPublicKey::parse(to_pem("PUBLIC KEY", der)).error().code,
              ErrorCode::Unsupported);
  EXPECT_EQ(EcdsaPublicKey::parse(to_pem("PRIVATE KEY", from_hex(kPublicDer))).error().message,
            "a private key, where a public one is wanted");
  Bytes longer = from_hex(kPublicDer);
  longer.push_back(std::byte{0});
  EXPECT_FALSE(EcdsaPublicKey::parse(to_pem("PUBLIC KEY", longer)));
  EXPECT_FALSE(EcdsaPublicKey::parse("no key"));
  EXPECT_FALSE(EcdsaPrivateKey::parse_der(from_hex("3000")));
}

}  // namespace
}  // namespace wherry::trust
