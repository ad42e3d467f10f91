// Text as TOML has it.
#pragma once

#include <string>
#include <string_view>

namespace wherry::policy {

// A basic string with its quotes (TOML 1.0, "String"): quotes, backslashes and control characters
// escaped. Text that is no UTF-8 stays so, and is refused by who reads it.
std::string toml_string(std::string_view text);

}  // namespace wherry::policy
