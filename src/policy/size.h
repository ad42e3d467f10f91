// Sizes as people write them in wherry.toml: "64MiB". Exact: a whole number with a binary unit,
// nothing rounded.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::policy {

// Digits without leading zeros, then B, KiB, MiB or GiB. Errors: Invalid says the form; a decimal
// unit ("64MB") is answered with the binary one, since guessing would be wrong by up to 7 %.
Result<uint64_t> parse_size(std::string_view text);

// The same size with the largest unit that divides it: "64MiB", "65537B".
std::string size_text(uint64_t size_bytes);

}  // namespace wherry::policy
