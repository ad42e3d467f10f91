#include "support/quotes.h"

#include <fmt/format.h>

namespace wherry {

std::string quote(std::string_view text, size_t bytes_max) {
  std::string quoted;
  for (char character : text.substr(0, bytes_max)) {
    auto c = static_cast<unsigned char>(character);
    if (c == '\n') {
      quoted += "\\n";
    } else if (c == '\\') {
      quoted += "\\\\";
    } else if (c < ' ' || c >= 0x7f) {
      quoted += fmt::format("\\x{:02x}", c);
    } else {
      quoted += character;
    }
  }
  if (text.size() > bytes_max) quoted += "...";
  return quoted;
}

std::string in_quotes(std::string_view text) {
  constexpr size_t kShownBytes = 80;
  return "'" + quote(text, kShownBytes) + "'";
}

}  // namespace wherry
