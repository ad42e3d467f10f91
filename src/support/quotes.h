// Text from outside, made fit to stand in a message.
#pragma once

#include <string>
#include <string_view>

namespace wherry {

// In single quotes, control characters and bytes that are no ASCII escaped, and cut where it is
// long.
std::string in_quotes(std::string_view text);

}  // namespace wherry
