// Bytes of tests' vectors, as documents have them.
#pragma once

#include <string_view>

#include "support/bytes.h"

namespace wherry::trust {

// Lower-case hex digits, nothing else.
inline Bytes from_hex(std::string_view text) {
  auto digit = [](char c) { return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10); };
  Bytes bytes;
  for (size_t i = 0; i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<std::byte>(digit(text[i]) << 4 | digit(text[i + 1])));
  return bytes;
}

}  // namespace wherry::trust
