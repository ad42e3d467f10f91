// ECDSA over P-256 with SHA-256 (FIPS 186-5), as cosign signs images with; by OpenSSL's libcrypto,
// which is told to read no configuration. Signatures are DER (RFC 3279 §2.2.3).
// Trust: keys and signatures come from outside; other curves and algorithms are refused.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"
#include "support/secret.h"

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace wherry::trust {

// Shared by the copies of a key, and immutable.
using EvpKey = std::shared_ptr<evp_pkey_st>;

class EcdsaPublicKey {
 public:
  // A PEM "PUBLIC KEY" (RFC 5480). Errors: Malformed; Unsupported for what is not P-256, and for a
  // private key.
  static Result<EcdsaPublicKey> parse(std::string_view pem);

  // Errors: Denied where the signature is not this key's over these bytes.
  Result<> verify(ByteSpan message, ByteSpan signature) const;
  std::string to_pem() const;
  // Names it in policies and messages: the SHA-256 of its DER.
  Digest fingerprint() const { return sha256(der_); }

  bool operator==(const EcdsaPublicKey& other) const { return der_ == other.der_; }

 private:
  friend class EcdsaPrivateKey;
  EcdsaPublicKey(EvpKey key, Bytes der) : key_(std::move(key)), der_(std::move(der)) {}
  EvpKey key_;
  Bytes der_;  // SubjectPublicKeyInfo
};

class EcdsaPrivateKey {
 public:
  static Result<EcdsaPrivateKey> create();
  // PKCS#8 (RFC 5958), or the older form of "EC PRIVATE KEY" (RFC 5915). Errors: Malformed,
  // Unsupported.
  static Result<EcdsaPrivateKey> parse_der(ByteSpan der);

  Result<Bytes> sign(ByteSpan message) const;
  EcdsaPublicKey public_key() const;
  // PKCS#8.
  Secret to_der() const;

 private:
  explicit EcdsaPrivateKey(EvpKey key) : key_(std::move(key)) {}
  EvpKey key_;
};

}  // namespace wherry::trust
