#include "trust/sealed_key.h"

#include <sodium/crypto_pwhash_scryptsalsa208sha256.h>
#include <sodium/crypto_secretbox.h>
#include <sodium/randombytes.h>

#include <bit>

#include "support/base64.h"
#include "support/json.h"
#include "trust/limits.h"

namespace wherry::trust {

namespace {

struct Scrypt {
  uint64_t n = 65536;
  uint64_t r = 8;
  uint64_t p = 1;
};
constexpr size_t kSaltBytes = 32;
constexpr size_t kNonceBytes = crypto_secretbox_NONCEBYTES;

// libsodium wants an address of nothing, too: a passphrase may be empty.
const unsigned char* raw(ByteSpan bytes) {
  static constexpr unsigned char kNothing = 0;
  return bytes.empty() ? &kNothing : reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::byte* bytes) { return reinterpret_cast<unsigned char*>(bytes); }

Bytes random_bytes(size_t count) {
  Bytes bytes(count);
  randombytes_buf(bytes.data(), bytes.size());
  return bytes;
}

Result<Secret> derive_key(ByteSpan passphrase, ByteSpan salt, const Scrypt& cost) {
  Secret key(crypto_secretbox_KEYBYTES);
  if (crypto_pwhash_scryptsalsa208sha256_ll(raw(passphrase), passphrase.size(), raw(salt),
                                            salt.size(), cost.n, static_cast<uint32_t>(cost.r),
                                            static_cast<uint32_t>(cost.p), raw(key.data()),
                                            key.size()) != 0)
    return fail(ErrorCode::Io, "no memory for scrypt ({} MiB)", 128 * cost.n * cost.r >> 20);
  return key;
}

// A number, as Go writes it.
Result<uint64_t> read_number(const Json& params, const char* name) {
  auto number = TRY(json_unsigned(params, name));
  if (!number) return fail(ErrorCode::Malformed, "'{}' is missing", name);
  return *number;
}

Result<Scrypt> read_cost(const Json& params) {
  Scrypt cost{.n = TRY(read_number(params, "N")),
              .r = TRY(read_number(params, "r")),
              .p = TRY(read_number(params, "p"))};
  if (!std::has_single_bit(cost.n) || cost.n < 2 || cost.r == 0 || cost.p == 0)
    return fail(ErrorCode::Malformed, "scrypt's parameters are no such (N={}, r={}, p={})", cost.n,
                cost.r, cost.p);
  if (cost.r > limits::kScryptBytes || cost.n > limits::kScryptBytes / 128 / cost.r ||
      cost.p > limits::kScryptRounds)
    return fail(ErrorCode::Invalid,
                "scrypt (N={}, r={}, p={}) costs more than the limit of {} MiB and p={}", cost.n,
                cost.r, cost.p, limits::kScryptBytes >> 20, limits::kScryptRounds);
  return cost;
}

Result<const Json*> read_scheme(const Json& document, const char* member, std::string_view name) {
  const Json* scheme = TRY(json_object(document, member));
  if (!scheme) return fail(ErrorCode::Malformed, "'{}' is missing", member);
  if (TRY(json_string(*scheme, "name")) != name)
    return fail(ErrorCode::Unsupported, "its '{}' is not {}", member, name);
  return scheme;
}

Result<Bytes> read_bytes(const Json& object, const char* name) {
  auto text = TRY(json_string(object, name));
  if (!text) return fail(ErrorCode::Malformed, "'{}' is missing", name);
  return with_context(base64_decode(*text), "'{}'", name);
}

}  // namespace

std::string seal_key(ByteSpan plain, ByteSpan passphrase) {
  const Scrypt cost;
  const Bytes salt = random_bytes(kSaltBytes), nonce = random_bytes(kNonceBytes);
  auto key = derive_key(passphrase, salt, cost);
  WHERRY_ASSERT(key.has_value());  // 64 MiB
  Bytes sealed(plain.size() + crypto_secretbox_MACBYTES);
  crypto_secretbox_easy(raw(sealed.data()), raw(plain), plain.size(), raw(nonce), raw(*key));
  return OrderedJson{{"kdf",
                      {{"name", "scrypt"},
                       {"params", {{"N", cost.n}, {"r", cost.r}, {"p", cost.p}}},
                       {"salt", base64_encode(salt)}}},
                     {"cipher", {{"name", "nacl/secretbox"}, {"nonce", base64_encode(nonce)}}},
                     {"ciphertext", base64_encode(sealed)}}
      .dump();
}

Result<Secret> open_sealed_key(std::string_view json, ByteSpan passphrase) {
  const Json document = TRY(
      parse_json(json, {.size_bytes_max = limits::kKeyFileBytes, .depth_max = limits::kJsonDepth}));
  const Json* kdf = TRY(read_scheme(document, "kdf", "scrypt"));
  const Json* cipher = TRY(read_scheme(document, "cipher", "nacl/secretbox"));
  const Json* params = TRY(json_object(*kdf, "params"));
  if (!params) return fail(ErrorCode::Malformed, "'params' is missing");
  const Scrypt cost = TRY(read_cost(*params));
  const Bytes salt = TRY(read_bytes(*kdf, "salt")), nonce = TRY(read_bytes(*cipher, "nonce"));
  const Bytes sealed = TRY(read_bytes(document, "ciphertext"));
  if (nonce.size() != kNonceBytes || sealed.size() < crypto_secretbox_MACBYTES)
    return fail(ErrorCode::Malformed, "its nonce or its ciphertext is too short");
  const Secret key = TRY(derive_key(passphrase, salt, cost));
  Secret plain(sealed.size() - crypto_secretbox_MACBYTES);
  if (crypto_secretbox_open_easy(raw(plain.data()), raw(sealed), sealed.size(), raw(nonce),
                                 raw(key)) != 0)
    return fail(ErrorCode::Denied, "wrong passphrase (or the file was changed)");
  return plain;
}

}  // namespace wherry::trust
