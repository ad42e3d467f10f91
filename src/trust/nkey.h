// nkeys: Ed25519 keys as text that tells what they are for, as NATS and wasmCloud have them
// (github.com/nats-io/nkeys, README.md and strkey.go).
//
//   public key: base32([kind][32 bytes][CRC-16/XMODEM, little-endian]): A…, M…
//   seed:       base32([S and the kind, 2 bytes][32 bytes][CRC-16]):     SA…, SM…
//
// Trust: input is hostile.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/result.h"
#include "support/secret.h"
#include "trust/ed25519.h"

namespace wherry::trust {

// Of the kinds that there are, those of module claims: who vouches, and what for.
enum class NkeyKind : uint8_t {
  Account = 0,
  Module = 12 << 3,
};
// "account", "module"
const char* to_string(NkeyKind kind);

struct Nkey {
  NkeyKind kind;
  ed25519::PublicKey bytes;

  std::string to_string() const;
  auto operator<=>(const Nkey&) const = default;
};

// Errors: Malformed (a typing error is noticed by the checksum), Unsupported for other kinds, and
// for a seed where a public key is wanted; the message never repeats the text.
Result<Nkey> parse_nkey(std::string_view text);

class NkeySeed {
 public:
  static NkeySeed create(NkeyKind kind) { return NkeySeed(kind, ed25519::new_seed()); }
  // Errors as parse_nkey.
  static Result<NkeySeed> parse(std::string_view text);

  Nkey public_key() const { return {kind_, ed25519::public_key(seed_)}; }
  ed25519::Signature sign(ByteSpan message) const { return ed25519::sign(message, seed_); }
  // "SA…", for the key folder and nobody else.
  Secret to_text() const;

 private:
  NkeySeed(NkeyKind kind, Secret seed) : kind_(kind), seed_(std::move(seed)) {}
  NkeyKind kind_;
  Secret seed_;
};

}  // namespace wherry::trust
