// Bytes as text: base64, base64url and base32 (RFC 4648). One value has one notation: padding is
// required or forbidden, unused bits are zero, and no other characters are passed over, so that no
// two different texts can carry one signature.
#pragma once

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"
#include "trust/secret.h"

namespace wherry::trust {

// §4, with padding.
std::string to_base64(ByteSpan bytes);
Result<Bytes> from_base64(std::string_view text);
// For keys. White space is passed over, as PEM has lines.
Result<Secret> secret_from_base64_lines(std::string_view text);

// §5, without padding, as RFC 7515 has it.
std::string to_base64url(ByteSpan bytes);
Result<Bytes> from_base64url(std::string_view text);

// §6, without padding, as nkeys have it.
Secret to_base32(ByteSpan bytes);
Result<Secret> from_base32(std::string_view text);

// Lines of 64 characters between "-----BEGIN LABEL-----" and "-----END LABEL-----" (RFC 7468).
std::string to_pem(std::string_view label, ByteSpan bytes);
struct Pem {
  std::string_view label;  // borrowed from the text
  Secret bytes;
};
// The first block of `text`; what stands before it is passed over, as RFC 7468 §5.2 allows.
// Errors: Malformed.
Result<Pem> parse_pem(std::string_view text);

}  // namespace wherry::trust
