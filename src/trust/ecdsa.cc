#include "trust/ecdsa.h"

#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "trust/pem.h"

namespace wherry::trust {

namespace {

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(PKCS8_PRIV_KEY_INFO* info) const { PKCS8_PRIV_KEY_INFO_free(info); }
};
using DigestContext = std::unique_ptr<EVP_MD_CTX, Free>;

// libcrypto takes bytes as unsigned char, which may alias anything.
const unsigned char* raw(ByteSpan bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Before the first use: no openssl.cnf, and so no providers or engines that it names.
void initialise() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_NO_ATEXIT, nullptr);
}

Result<EvpKey> check_curve(EVP_PKEY* key) {
  EvpKey owned(key, EVP_PKEY_free);
  if (!key) return fail(ErrorCode::Malformed, "no key: its DER is wrong");
  char group[32] = "";
  if (EVP_PKEY_get_base_id(key) != EVP_PKEY_EC ||
      !EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) ||
      std::string_view(group) != "prime256v1")
    return fail(ErrorCode::Unsupported, "the key is not of ECDSA P-256");
  return owned;
}

Bytes public_der(EVP_PKEY* key) {
  unsigned char* buffer = nullptr;
  const int size = i2d_PUBKEY(key, &buffer);
  WHERRY_ASSERT(size > 0);
  const ByteSpan der(reinterpret_cast<std::byte*>(buffer), static_cast<size_t>(size));
  Bytes copy(der.begin(), der.end());
  OPENSSL_free(buffer);
  return copy;
}

}  // namespace

Result<EcdsaPublicKey> EcdsaPublicKey::parse(std::string_view pem) {
  initialise();
  Pem parsed = TRY(parse_pem(pem));
  if (parsed.label.find("PRIVATE") != parsed.label.npos)
    return fail(ErrorCode::Unsupported, "a private key, where a public one is wanted");
  if (parsed.label != "PUBLIC KEY")
    return fail(ErrorCode::Unsupported, "a PEM of another thing than a public key");
  const unsigned char* next = raw(parsed.bytes);
  EvpKey key = TRY(check_curve(d2i_PUBKEY(nullptr, &next, static_cast<long>(parsed.bytes.size()))));
  if (next != raw(parsed.bytes) + parsed.bytes.size())
    return fail(ErrorCode::Malformed, "bytes follow the key");
  Bytes der = public_der(key.get());
  return EcdsaPublicKey(std::move(key), std::move(der));
}

Result<> EcdsaPublicKey::verify(ByteSpan message, ByteSpan signature) const {
  DigestContext context(EVP_MD_CTX_new());
  if (!context ||
      EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1)
    return fail(ErrorCode::Io, "libcrypto cannot verify a signature");
  if (EVP_DigestVerify(context.get(), raw(signature), signature.size(), raw(message),
                       message.size()) != 1)
    return fail(ErrorCode::Denied, "the signature is not of key {}", fingerprint().to_string());
  return {};
}

std::string EcdsaPublicKey::to_pem() const { return trust::to_pem("PUBLIC KEY", der_); }

Result<EcdsaPrivateKey> EcdsaPrivateKey::create() {
  initialise();
  EVP_PKEY* key = EVP_EC_gen("P-256");
  if (!key) return fail(ErrorCode::Io, "libcrypto cannot make a key");
  return EcdsaPrivateKey(EvpKey(key, EVP_PKEY_free));
}

Result<EcdsaPrivateKey> EcdsaPrivateKey::parse_der(ByteSpan der) {
  initialise();
  const unsigned char* next = raw(der);
  const long size = static_cast<long>(der.size());
  std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free> pkcs8(d2i_PKCS8_PRIV_KEY_INFO(nullptr, &next, size));
  if (!pkcs8) next = raw(der);
  EVP_PKEY* key =
      pkcs8 ? EVP_PKCS82PKEY(pkcs8.get()) : d2i_PrivateKey(EVP_PKEY_EC, nullptr, &next, size);
  return EcdsaPrivateKey(TRY(check_curve(key)));
}

Result<Bytes> EcdsaPrivateKey::sign(ByteSpan message) const {
  DigestContext context(EVP_MD_CTX_new());
  size_t size = static_cast<size_t>(EVP_PKEY_get_size(key_.get()));
  Bytes signature(size);
  if (!context ||
      EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                     raw(message), message.size()) != 1)
    return fail(ErrorCode::Io, "libcrypto cannot sign");
  signature.resize(size);
  return signature;
}

EcdsaPublicKey EcdsaPrivateKey::public_key() const {
  return EcdsaPublicKey(key_, public_der(key_.get()));
}

Secret EcdsaPrivateKey::to_der() const {
  std::unique_ptr<PKCS8_PRIV_KEY_INFO, Free> pkcs8(EVP_PKEY2PKCS8(key_.get()));
  unsigned char* buffer = nullptr;
  const int size = i2d_PKCS8_PRIV_KEY_INFO(pkcs8.get(), &buffer);
  WHERRY_ASSERT(size > 0);
  const ByteSpan der(reinterpret_cast<std::byte*>(buffer), static_cast<size_t>(size));
  Secret copy(der.begin(), der.end());
  OPENSSL_clear_free(buffer, der.size());
  return copy;
}

}  // namespace wherry::trust
