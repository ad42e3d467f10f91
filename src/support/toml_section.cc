#include "support/toml_section.h"

namespace wherry {

const char* type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "a whole number";
    case toml::node_type::floating_point:
      return "a number with a point";
    case toml::node_type::boolean:
      return "true or false";
    case toml::node_type::array:
      return "a list";
    case toml::node_type::table:
      return "a table";
    default:
      return "a date or a time";
  }
}

namespace {

// How many letters must be put in, taken out or changed to make `b` of `a` (Levenshtein's
// distance).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); j++) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

// The library's words, without its file name and made to fit into one line.
std::string syntax_error_text(std::string_view description) {
  std::string text;
  for (char c : description.substr(0, 300)) {
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    text += control ? ' ' : c;
  }
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z')
    text[0] = static_cast<char>(text[0] | 0x20);
  return text;
}

}  // namespace

std::string suggestion(std::string_view word, std::span<const std::string_view> known) {
  word = word.substr(0, 64);  // the distance takes the product of the lengths
  std::string_view nearest = *std::ranges::min_element(
      known, {}, [word](std::string_view candidate) { return edit_distance(word, candidate); });
  if (edit_distance(word, nearest) <= nearest.size() / 2)
    return fmt::format("did you mean '{}'?", nearest);
  return fmt::format("known: {}", fmt::join(known, ", "));
}

// Fails at the second of two equal strings in the list that `values` were read from.
Result<> check_no_repeats(const Section& section, std::string_view key,
                          const std::vector<std::string>& values) {
  for (size_t i = 1; i < values.size(); i++)
    if (std::find(values.begin(), values.begin() + static_cast<ptrdiff_t>(i), values[i]) !=
        values.begin() + static_cast<ptrdiff_t>(i))
      return section.fail_at(section.find(key)->as_array()->get(i)->source(),
                             "{}: {} is there twice", section.name(key), in_quotes(values[i]));
  return {};
}

Result<toml::table> parse_toml(std::string_view text, std::string_view file_name) {
  if (text.size() > limits::kTomlBytes)
    return fail(ErrorCode::Invalid, "{}: {} bytes exceed the limit of {}", file_name, text.size(),
                limits::kTomlBytes);
  if (std::ranges::count(text, '.') > static_cast<ptrdiff_t>(limits::kTomlDots))
    return fail(ErrorCode::Invalid, "{}: more than {} dots", file_name, limits::kTomlDots);
  toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(ErrorCode::Malformed, "{}:{}: {}", file_name, parsed.error().source().begin.line,
                syntax_error_text(parsed.error().description()));
  return std::move(parsed).table();
}

}  // namespace wherry
