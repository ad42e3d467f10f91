// PEM: base64 in lines, with a label (RFC 7468), as keys are kept.
#pragma once

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"
#include "support/secret.h"

namespace wherry::trust {

// Lines of 64 characters between "-----BEGIN LABEL-----" and "-----END LABEL-----".
std::string to_pem(std::string_view label, ByteSpan bytes);
struct Pem {
  std::string_view label;  // borrowed from the text
  Secret bytes;
};
// The first block of `text`; what stands before it is passed over, as RFC 7468 §5.2 allows.
// Errors: Malformed.
Result<Pem> parse_pem(std::string_view text);

}  // namespace wherry::trust
