// Sigstore bundles, version 0.3, of signatures by a public key: what cosign attaches to images as
// referrers (github.com/sigstore/protobuf-specs, sigstore_bundle.proto; cosign's
// specs/BUNDLE_SPEC.md). A statement (in-toto Statement v1) says something about an image; a DSSE
// envelope (github.com/secure-systems-lab/dsse, protocol.md) signs it:
//
//   {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json",
//    "verificationMaterial":{"publicKey":{"hint":"<base64 of the SHA-256 of the key's DER>"}},
//    "dsseEnvelope":{"payload":"<base64>","payloadType":"application/vnd.in-toto+json",
//                    "signatures":[{"sig":"<base64>"}]}}
//
// Read as well: a messageSignature, which signs the bytes of the manifest themselves.
// Of a transparency log's entries and of certificates nothing is verified: a key that one has is
// trusted, and nobody else's word.
// Trust: input is hostile until a signature is verified.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/bytes.h"
#include "support/digest.h"
#include "support/result.h"
#include "trust/ecdsa.h"

namespace wherry::trust {

inline constexpr std::string_view kBundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
// What a statement says that is a signature of an image and nothing more.
inline constexpr std::string_view kSignPredicate = "https://sigstore.dev/cosign/sign/v1";
inline constexpr std::string_view kSpdxPredicate = "https://spdx.dev/Document";

struct Statement {
  std::vector<Digest> subjects;
  std::string predicate_type;
  std::string predicate_json;  // an object
};

struct Envelope {
  std::string payload_type;
  std::string payload;
  std::vector<Bytes> signatures;
};
struct MessageSignature {
  Digest digest;  // what it says it signs; not looked at when verifying
  Bytes signature;
};
struct Bundle {
  std::variant<Envelope, MessageSignature> content;
};

// A bundle of one signature over a statement.
Result<std::string> sign_statement(const Statement& statement, const EcdsaPrivateKey& key);

// Errors: Malformed; Unsupported for another version, and for content that is neither of the two.
Result<Bundle> parse_bundle(std::string_view json);

// The statement, once the envelope holds a signature of `key`, and it is about `subject`.
// Errors: Denied where it is not the key's, or about something else; Malformed.
Result<Statement> verify_envelope(const Envelope& envelope, const EcdsaPublicKey& key,
                                  const Digest& subject);

}  // namespace wherry::trust
