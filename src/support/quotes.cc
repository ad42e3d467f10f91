#include "support/quotes.h"

#include <fmt/format.h>

namespace wherry {

std::string in_quotes(std::string_view text) {
  constexpr size_t kShownBytes = 80;
  std::string result = "'";
  for (char c : text.substr(0, kShownBytes)) {
    auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte >= 0x7f)
      result += fmt::format("\\x{:02x}", byte);
    else
      result += c;
  }
  result += text.size() > kShownBytes ? "…'" : "'";
  return result;
}

}  // namespace wherry
