// Patterns that rules name things with: `*` stands for any text without a '/', `**` for any text.
#pragma once

#include <string_view>

namespace wherry {

// Whether `text` is one of those that `pattern` describes.
bool matches_pattern(std::string_view pattern, std::string_view text);

}  // namespace wherry
