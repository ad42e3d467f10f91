#include "support/pattern.h"

namespace wherry {

bool matches_pattern(std::string_view pattern, std::string_view text) {
  // Greedy with one place to go back to: the last star. A "**" behind which nothing fits cannot be
  // helped by an earlier star, a "*" only by an earlier "**".
  size_t p = 0, t = 0;
  size_t star = std::string_view::npos, star_text = 0;
  size_t wide = std::string_view::npos, wide_text = 0;
  while (t < text.size()) {
    if (pattern.substr(p).starts_with("**")) {
      wide = p += 2, wide_text = t;
      star = std::string_view::npos;
    } else if (p < pattern.size() && pattern[p] == '*') {
      star = ++p, star_text = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p, ++t;
    } else if (star != std::string_view::npos && text[star_text] != '/') {
      p = star, t = ++star_text;
    } else if (wide != std::string_view::npos) {
      star = std::string_view::npos;
      p = wide, t = ++wide_text;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

}  // namespace wherry
