#include "policy/size.h"

#include <charconv>

#include "support/quotes.h"

namespace wherry::policy {

namespace {

struct Unit {
  std::string_view name;
  std::string_view decimal_name;  // what is written for it by mistake
  uint64_t size_bytes;
};

constexpr Unit kUnits[] = {
    {"GiB", "GB", 1ull << 30}, {"MiB", "MB", 1ull << 20}, {"KiB", "KB", 1ull << 10}, {"B", "", 1}};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); i++)
    if ((a[i] | 0x20) != (b[i] | 0x20)) return false;
  return true;
}

// The unit that was probably meant by one which is not ours, or nullptr.
const Unit* find_meant_unit(std::string_view name) {
  for (const Unit& unit : kUnits)
    if (equal_ignoring_case(name, unit.name) || equal_ignoring_case(name, unit.decimal_name) ||
        equal_ignoring_case(name, unit.decimal_name.substr(0, 1)))
      return &unit;
  return nullptr;
}

}  // namespace

Result<uint64_t> parse_size(std::string_view text) {
  uint64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  size_t digit_count = static_cast<size_t>(end - text.data());
  std::string_view unit_name = text.substr(digit_count);
  if (error == std::errc::result_out_of_range)
    return fail(ErrorCode::Invalid, "{} is too large for a size", in_quotes(text));
  if (error != std::errc() || (text[0] == '0' && digit_count > 1))
    return fail(ErrorCode::Invalid, "{} is no size (write one like \"64MiB\")", in_quotes(text));
  for (const Unit& unit : kUnits) {
    if (unit_name != unit.name) continue;
    if (count > UINT64_MAX / unit.size_bytes)
      return fail(ErrorCode::Invalid, "{} is too large for a size", in_quotes(text));
    return count * unit.size_bytes;
  }
  if (unit_name.empty())
    return fail(ErrorCode::Invalid, "{} has no unit (write B, KiB, MiB or GiB behind it)",
                in_quotes(text));
  if (const Unit* meant = find_meant_unit(unit_name))
    return fail(ErrorCode::Invalid, "{} has no binary unit (write \"{}{}\")", in_quotes(text),
                count, meant->name);
  return fail(ErrorCode::Invalid, "{} has an unknown unit (known: B, KiB, MiB, GiB)",
              in_quotes(text));
}

std::string size_text(uint64_t size_bytes) {
  for (const Unit& unit : kUnits)
    if (size_bytes >= unit.size_bytes && size_bytes % unit.size_bytes == 0)
      return fmt::format("{}{}", size_bytes / unit.size_bytes, unit.name);
  return "0B";
}

}  // namespace wherry::policy
