// OpenSSL's low-level SHA-256 is deprecated in favour of EVP, and used here all the same: linked
// statically it brings 20 KB into the front program, where EVP brings all of libcrypto's providers
// (4 MB, and milliseconds of set-up at the first use).
#define OPENSSL_SUPPRESS_DEPRECATED
#include "support/digest.h"

#include <openssl/sha.h>

#include <mutex>

#include "support/quotes.h"

// What libcrypto finds out of the processor when a program starts, which takes 30 us where a
// hypervisor answers for it. The front program is linked with --wrap, does not do that at its
// start, and has this function; elsewhere it is null.
extern "C" [[gnu::weak]] void __real_OPENSSL_cpuid_setup();

namespace wherry {

std::string Digest::hex() const {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(64);
  for (uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

static int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

Result<Digest> parse_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  if (!text.starts_with(kPrefix)) {
    if (text.find(':') != std::string_view::npos)
      return fail(ErrorCode::Unsupported, "digest {}: only sha256 is supported", in_quotes(text));
    return fail(ErrorCode::Malformed, "{} is no digest (expected sha256:<64 hex digits>)",
                in_quotes(text));
  }
  std::string_view hex = text.substr(kPrefix.size());
  Digest digest;
  if (hex.size() != 64)
    return fail(ErrorCode::Malformed, "digest {}: expected 64 hex digits, found {}",
                in_quotes(text), hex.size());
  for (size_t i = 0; i < 32; i++) {
    int high = hex_value(hex[2 * i]);
    int low = hex_value(hex[2 * i + 1]);
    if (high < 0 || low < 0)
      return fail(ErrorCode::Malformed, "digest {}: not lower-case hex", in_quotes(text));
    digest.bytes[i] = static_cast<uint8_t>(high << 4 | low);
  }
  return digest;
}

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) { SHA256_Init(&state_->context); }
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

void Sha256::update(ByteSpan bytes) {
  // Without it the blocks are hashed by code for any processor: four times as long.
  constexpr size_t kWorthKnowingTheProcessor = 4096;
  if (__real_OPENSSL_cpuid_setup && bytes.size() >= kWorthKnowingTheProcessor) {
    static std::once_flag is_known;
    std::call_once(is_known, [] { __real_OPENSSL_cpuid_setup(); });
  }
  SHA256_Update(&state_->context, bytes.data(), bytes.size());
}

Digest Sha256::finish() {
  Digest digest;
  SHA256_Final(digest.bytes.data(), &state_->context);
  return digest;
}

Digest sha256(ByteSpan bytes) {
  Sha256 hash;
  hash.update(bytes);
  return hash.finish();
}

}  // namespace wherry
