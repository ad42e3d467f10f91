// Base64 (RFC 4648): the standard alphabet (§4) and the one for URLs (§5).
#pragma once

#include <string>
#include <string_view>

#include "support/bytes.h"
#include "support/result.h"

namespace wherry {

enum class Base64Alphabet { Standard, Url };

// Standard with padding, Url without, as JSON Web Tokens have it.
std::string base64_encode(ByteSpan bytes, Base64Alphabet alphabet = Base64Alphabet::Standard);

// With padding or without; no white space. Errors: Malformed, also for bits that encode nothing, so
// that one value has one text (but for the padding). No message repeats the text: it may be secret.
Result<Bytes> base64_decode(std::string_view text,
                            Base64Alphabet alphabet = Base64Alphabet::Standard);

}  // namespace wherry
