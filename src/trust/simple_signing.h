// The payload that cosign's tag form signs: which image, by its manifest's digest, and under which
// name (github.com/containers/image, docs/containers-signature.5.md; cosign's
// specs/SIGNATURE_SPEC.md).
//
//   {"critical":{"identity":{"docker-reference":"example.com/team/app"},
//                "image":{"docker-manifest-digest":"sha256:…"},
//                "type":"cosign container image signature"},"optional":null}
//
// The signature is over the payload's bytes as they are, which are therefore kept.
// Trust: input is hostile until its signature is verified.
#pragma once

#include <string>
#include <string_view>

#include "support/digest.h"
#include "support/result.h"

namespace wherry::trust {

inline constexpr std::string_view kSimpleSigningType =
    "application/vnd.dev.cosign.simplesigning.v1+json";
inline constexpr std::string_view kSimpleSigningAnnotation = "dev.cosignproject.cosign/signature";

struct SimpleSigning {
  Digest manifest;
  std::string reference;  // "example.com/team/app", with or without a tag; may be empty
};

std::string to_payload(const SimpleSigning& claim);
// Errors: Malformed; Unsupported for a payload of another type.
Result<SimpleSigning> parse_payload(std::string_view json);

}  // namespace wherry::trust
