// What a key, a signature, a module's claims or a policy may make us read or compute, with the
// reasons.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wherry::trust::limits {

// A PEM of a P-256 key has some 200 bytes, cosign's sealed one some 650.
constexpr size_t kKeyFileBytes = 16 * 1024;
constexpr size_t kPassphraseBytes = 1024;
// scrypt takes 128 * N * r bytes, and p times as long. cosign writes N = 65536, r = 8, p = 1: 64
// MiB.
constexpr uint64_t kScryptBytes = 256 * 1024 * 1024;
constexpr uint64_t kScryptRounds = 4;

// Claims are some 500 bytes; capabilities and tags may be many.
constexpr size_t kTokenBytes = 64 * 1024;
constexpr size_t kClaimedNames = 256;
constexpr size_t kClaimedNameBytes = 1024;

// A simple signing payload has some 250 bytes, with `optional` annotations some more.
constexpr size_t kPayloadBytes = 64 * 1024;
// A bundle holds a statement; an attestation's is as large as what it attests.
constexpr size_t kBundleBytes = 4 * 1024 * 1024;
constexpr size_t kJsonDepth = 32;
// Of one envelope; cosign writes one.
constexpr size_t kEnvelopeSignatures = 16;
constexpr size_t kStatementSubjects = 256;

constexpr size_t kPolicyBytes = 256 * 1024;
constexpr size_t kPolicyRules = 1024;
constexpr size_t kPolicyKeys = 256;
constexpr size_t kRuleEntries = 256;

// Of a name of a key in the key folder: a file name with room for its ending.
constexpr size_t kKeyNameBytes = 64;

}  // namespace wherry::trust::limits
