// Text from outside, made fit to stand in a message of ours.
#pragma once

#include <string>
#include <string_view>

#include "oci/limits.h"

namespace wherry::oci {

// At most `bytes_max` bytes of it; control characters, backslashes and bytes that are not ASCII are
// escaped
// (\n, \x1b), so that it stays on its line and cannot steer a terminal. What was left out shows as
// "...".
std::string quote(std::string_view text, size_t bytes_max = limits::kQuotedBytes);

}  // namespace wherry::oci
