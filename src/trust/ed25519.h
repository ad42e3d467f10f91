// Ed25519 (RFC 8032), by libsodium: signatures that are malleable, and keys of small order, are
// refused.
#pragma once

#include <array>
#include <cstdint>

#include "support/bytes.h"
#include "support/secret.h"

namespace wherry::trust::ed25519 {

using PublicKey = std::array<std::byte, 32>;
using Signature = std::array<std::byte, 64>;
inline constexpr size_t kSeedBytes = 32;

// `seed` has kSeedBytes.
PublicKey public_key(ByteSpan seed);
Signature sign(ByteSpan message, ByteSpan seed);
bool verify(ByteSpan message, ByteSpan signature, const PublicKey& key);
// From the system's generator.
Secret new_seed();

}  // namespace wherry::trust::ed25519
