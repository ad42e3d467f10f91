#include "trust/ed25519.h"

#include <sodium/crypto_sign.h>
#include <sodium/randombytes.h>

#include "support/result.h"

namespace wherry::trust::ed25519 {

namespace {

static_assert(sizeof(PublicKey) == crypto_sign_PUBLICKEYBYTES);
static_assert(sizeof(Signature) == crypto_sign_BYTES);
static_assert(kSeedBytes == crypto_sign_SEEDBYTES);

// libsodium takes bytes as unsigned char, which may alias anything.
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }
const unsigned char* raw(const std::byte* bytes) {
  return reinterpret_cast<const unsigned char*>(bytes);
}

struct KeyPair {
  explicit KeyPair(ByteSpan seed) : secret(crypto_sign_SECRETKEYBYTES) {
    WHERRY_ASSERT(seed.size() == kSeedBytes);
    crypto_sign_seed_keypair(raw(pub.data()), raw(secret.data()), raw(seed.data()));
  }
  PublicKey pub;
  Secret secret;
};

}  // namespace

PublicKey public_key(ByteSpan seed) { return KeyPair(seed).pub; }

Signature sign(ByteSpan message, ByteSpan seed) {
  KeyPair pair(seed);
  Signature signature;
  crypto_sign_detached(raw(signature.data()), nullptr, raw(message.data()), message.size(),
                       raw(pair.secret.data()));
  return signature;
}

bool verify(ByteSpan message, ByteSpan signature, const PublicKey& key) {
  return signature.size() == sizeof(Signature) &&
         crypto_sign_verify_detached(raw(signature.data()), raw(message.data()), message.size(),
                                     raw(key.data())) == 0;
}

Secret new_seed() {
  Secret seed(kSeedBytes);
  randombytes_buf(seed.data(), seed.size());
  return seed;
}

}  // namespace wherry::trust::ed25519
