#include "registry/ranges.h"

#include <charconv>

#include "http/message.h"

namespace wherry::registry {

std::optional<uint64_t> parse_number(std::string_view text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number > INT64_MAX)
    return std::nullopt;
  return number;
}

static std::string_view trim(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

WantedRange parse_range(std::string_view field, uint64_t size_bytes) {
  const size_t equals = field.find('=');
  if (equals == std::string_view::npos || !http::same_field_name(field.substr(0, equals), "bytes"))
    return {};
  const std::string_view range = trim(field.substr(equals + 1));
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos || range.contains(',')) return {};
  const std::string_view before = trim(range.substr(0, dash)),
                         behind = trim(range.substr(dash + 1));
  const auto first = parse_number(before), last = parse_number(behind);
  if (before.empty()) {  // "-500": the last 500
    if (!last) return {};
    if (*last == 0 || size_bytes == 0) return {.wanted = Wanted::Unsatisfiable};
    const uint64_t count = std::min(*last, size_bytes);
    return {.wanted = Wanted::Part, .range = {size_bytes - count, count}};
  }
  if (!first || (!behind.empty() && (!last || *last < *first))) return {};
  if (*first >= size_bytes) return {.wanted = Wanted::Unsatisfiable};
  const uint64_t end = last && *last < size_bytes ? *last + 1 : size_bytes;
  return {.wanted = Wanted::Part, .range = {*first, end - *first}};
}

std::optional<ByteRange> parse_content_range(std::string_view field) {
  std::string_view range = trim(field);
  if (range.starts_with("bytes ")) {
    range = trim(range.substr(6));
    range = range.substr(0, range.find('/'));
  }
  const size_t dash = range.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const auto first = parse_number(range.substr(0, dash)),
             last = parse_number(range.substr(dash + 1));
  if (!first || !last || *last < *first) return std::nullopt;
  return ByteRange{*first, *last - *first + 1};
}

}  // namespace wherry::registry
