// What the parsers of this folder accept, with the reasons.
#pragma once

#include <cstddef>

namespace wherry::limits {

// Of a TOML document. No real one comes near; they bound the work that a hostile one can cause.
constexpr size_t kTomlBytes = 64 * 1024;
// Every dot may open a table ("a.b.c = 1"), and the TOML library recurses as deep as tables are
// nested.
constexpr size_t kTomlDots = 2048;
constexpr int kTomlNesting = 16;  // of lists and tables inside of values

// Of a line typed at a terminal, which itself gives at most 4095 (termios(3)).
constexpr size_t kTypedBytes = 4096;

}  // namespace wherry::limits
