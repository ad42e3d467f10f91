#include "registry/names.h"

#include <algorithm>

#include "registry/limits.h"

namespace wherry::registry {

static bool is_lower_or_digit(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

// Distribution 1.1, "Pulling manifests": [a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*
bool is_repository_component(std::string_view text) {
  if (text.empty() || !is_lower_or_digit(text.front()) || !is_lower_or_digit(text.back()))
    return false;
  for (size_t i = 0; i < text.size();) {
    if (is_lower_or_digit(text[i])) {
      i++;
      continue;
    }
    size_t end = std::min(text.find_first_not_of(text[i], i), text.size());
    const size_t run = end - i;
    const bool separates =
        text[i] == '-' || (text[i] == '.' && run == 1) || (text[i] == '_' && run <= 2);
    // Behind a separator comes a letter or digit, never another separator.
    if (!separates || !is_lower_or_digit(text[end])) return false;
    i = end;
  }
  return true;
}

std::optional<RepositoryName> RepositoryName::parse(std::string_view text) {
  if (text.size() > limits::kRepositoryBytes) return std::nullopt;
  for (std::string_view rest = text;;) {
    const size_t slash = rest.find('/');
    if (!is_repository_component(rest.substr(0, slash))) return std::nullopt;
    if (slash == std::string_view::npos) return RepositoryName(text);
    rest.remove_prefix(slash + 1);
  }
}

static bool is_word(char c) { return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') || c == '_'; }

std::optional<Tag> Tag::parse(std::string_view text) {
  if (text.empty() || text.size() > limits::kTagBytes || !is_word(text.front()))
    return std::nullopt;
  if (!std::ranges::all_of(text, [](char c) { return is_word(c) || c == '.' || c == '-'; }))
    return std::nullopt;
  return Tag(text);
}

bool is_upload_id(std::string_view text) {
  return text.size() == 32 && std::ranges::all_of(text, [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

}  // namespace wherry::registry
