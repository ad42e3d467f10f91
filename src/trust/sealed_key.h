// A private key behind a passphrase, as cosign and containers/image keep it: PEM "ENCRYPTED
// SIGSTORE PRIVATE KEY" around JSON, in which scrypt makes a key of the passphrase, and NaCl's
// secretbox (XSalsa20-Poly1305) seals the PKCS#8, or, labelled "ENCRYPTED NKEY SEED", a seed's text
// (github.com/secure-systems-lab/go-securesystemslib, encrypted/encrypted.go):
//
//   {"kdf":{"name":"scrypt","params":{"N":65536,"r":8,"p":1},"salt":"<base64>"},
//    "cipher":{"name":"nacl/secretbox","nonce":"<base64>"},"ciphertext":"<base64>"}
//
// Trust: input is hostile: what scrypt may cost is limited (trust/limits.h).
#pragma once

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"
#include "support/secret.h"

namespace wherry::trust {

inline constexpr std::string_view kSealedKeyLabel = "ENCRYPTED SIGSTORE PRIVATE KEY";
// Of cosign before 2.0; read.
inline constexpr std::string_view kSealedKeyLabelBefore = "ENCRYPTED COSIGN PRIVATE KEY";
// Ours: nkeys have no sealed form of their own.
inline constexpr std::string_view kSealedSeedLabel = "ENCRYPTED NKEY SEED";

std::string seal_key(ByteSpan plain, ByteSpan passphrase);

// Errors: Malformed, Unsupported (another scheme), Invalid (scrypt's cost beyond the limit), Denied
// for a wrong passphrase, which cannot be told from a changed file.
Result<Secret> open_sealed_key(std::string_view json, ByteSpan passphrase);

}  // namespace wherry::trust
