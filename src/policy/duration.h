// Times as people write them: "30s", "500ms".
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "support/result.h"

namespace wherry::policy {

// "30s", "500ms", "2m", "1h", or seconds without a unit; more than 0 (0 as well with allow_zero),
// up to a year. Errors: Invalid, naming the text and the form.
struct DurationRule {
  bool allow_zero;
};
Result<std::chrono::milliseconds> parse_duration(std::string_view text, const DurationRule& rule);

// The same time with the largest unit that divides it: "90s", "2m".
std::string duration_text(std::chrono::milliseconds duration);

}  // namespace wherry::policy
