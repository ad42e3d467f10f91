// Bytes as text: base64, base64url and base32 (RFC 4648). One value has one text: padding is
// required or forbidden, unused bits are zero, and no other characters are passed over, so that no
// two different texts can carry one signature. Errors, of all that decode: Malformed. No message
// repeats the text: it may be secret.
#pragma once

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"
#include "support/secret.h"

namespace wherry {

// §4, with padding.
std::string base64_encode(ByteSpan bytes);
Result<Bytes> base64_decode(std::string_view text);
Result<Secret> base64_decode_secret(std::string_view text);

// §5, without padding, as JSON Web Tokens have it (RFC 7515).
std::string base64url_encode(ByteSpan bytes);
Result<Bytes> base64url_decode(std::string_view text);

// §6, without padding, as nkeys have it.
Secret base32_encode(ByteSpan bytes);
Result<Secret> base32_decode(std::string_view text);

}  // namespace wherry
