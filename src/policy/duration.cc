#include "policy/duration.h"

#include <charconv>

#include "policy/limits.h"

namespace wherry::policy {

namespace {

struct Unit {
  std::string_view name;
  uint64_t ms;
};
constexpr Unit kUnits[] = {{"h", 60 * 60 * 1000}, {"m", 60 * 1000}, {"s", 1000}, {"ms", 1}};

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text, const DurationRule& rule) {
  uint32_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string_view name(end, static_cast<size_t>(text.data() + text.size() - end));
  if (name.empty()) name = "s";
  uint64_t unit_ms = 0;
  for (const Unit& unit : kUnits)
    if (name == unit.name) unit_ms = unit.ms;
  bool wrong = error != std::errc() || unit_ms == 0 || (number == 0 && !rule.allow_zero);
  if (wrong || number * unit_ms > limits::kTimeMs)
    return fail(ErrorCode::Invalid, "'{}' is no time (as in 30s, 500ms, 2m)", text);
  return std::chrono::milliseconds(number * unit_ms);
}

std::string duration_text(std::chrono::milliseconds duration) {
  const auto ms = static_cast<uint64_t>(duration.count());
  for (const Unit& unit : kUnits)
    if (ms >= unit.ms && ms % unit.ms == 0) return fmt::format("{}{}", ms / unit.ms, unit.name);
  return "0s";
}

}  // namespace wherry::policy
