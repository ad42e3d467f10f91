// Text from outside, made fit to stand in a message of ours.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wherry {

// Enough of a text to recognize it by, and little enough to leave the message readable.
constexpr size_t kQuotedBytes = 300;

// At most `bytes_max` bytes of it; control characters, backslashes and bytes that are not ASCII are
// escaped (\n, \x1b), so that it stays on its line and cannot steer a terminal. What was left out
// shows as "...".
std::string quote(std::string_view text, size_t bytes_max = kQuotedBytes);

// The same in single quotes, and at most 80 bytes of it: a name or a value inside a sentence.
std::string in_quotes(std::string_view text);

}  // namespace wherry
