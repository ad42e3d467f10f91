#include "policy/limit_kinds.h"

#include <charconv>

#include "policy/duration.h"
#include "policy/limits.h"
#include "policy/size.h"
#include "support/quotes.h"

namespace wherry::policy {

static constexpr LimitKind kKinds[] = {
    {"memory", "memory_bytes_max", "--memory-max", "of its memories and tables together",
     LimitUnit::Bytes, limits::kMemoryBytesMin, limits::kMemoryBytesMax,
     limits::kMemoryBytesDefault, &Limits::memory_bytes_max},
    {"table", "table_entries_max", "--table-max", "entries of each table", LimitUnit::Count, 1,
     limits::kTableEntriesMax, limits::kTableEntriesDefault, &Limits::table_entries_max},
    {"stack", "stack_bytes_max", "--stack-max", "of its stack", LimitUnit::Bytes,
     limits::kStackBytesMin, limits::kStackBytesMax, limits::kStackBytesDefault,
     &Limits::stack_bytes_max},
    {"timeout", "timeout_ms", "--timeout", "it is stopped after this time", LimitUnit::Milliseconds,
     1, limits::kTimeMs, std::nullopt, &Limits::timeout_ms},
    {"cpu-time", "cpu_time_ms", "--cpu-time", "it is stopped after this time of a processor's",
     LimitUnit::Milliseconds, 1, limits::kTimeMs, std::nullopt, &Limits::cpu_time_ms},
    {"fuel", "fuel", "--fuel", "instructions, counted the same in every run", LimitUnit::Count, 1,
     limits::kFuel, std::nullopt, &Limits::fuel},
    {"open-files", "open_files_max", "--open-files-max", "descriptors that are open at once",
     LimitUnit::Count, limits::kOpenFilesMin, limits::kOpenFilesMax, limits::kOpenFilesMax,
     &Limits::open_files_max},
    {"instances", "instances_max", "--instances-max", "instances of it that live at once",
     LimitUnit::Count, 1, limits::kInstancesMax, std::nullopt, &Limits::instances_max},
    {"threads", "threads_max", "--threads-max", "at once, the first among them", LimitUnit::Count,
     1, limits::kThreadsMax, limits::kThreadsDefault, &Limits::threads_max},
};

std::span<const LimitKind> limit_kinds() { return kKinds; }

static Result<uint64_t> parse_count(std::string_view text) {
  uint64_t count = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::Invalid, "{} is no whole number", in_quotes(text));
  return count;
}

static Result<uint64_t> parse_unit(LimitUnit unit, std::string_view text) {
  switch (unit) {
    case LimitUnit::Bytes:
      return parse_size(text);
    case LimitUnit::Count:
      return parse_count(text);
    case LimitUnit::Milliseconds:
      break;
  }
  return static_cast<uint64_t>(TRY(parse_duration(text, {.allow_zero = false})).count());
}

Result<uint64_t> parse_limit(const LimitKind& kind, std::string_view text) {
  uint64_t value = TRY(parse_unit(kind.unit, text));
  TRY(check_limit(kind, value));
  return value;
}

Result<> check_limit(const LimitKind& kind, uint64_t value) {
  if (value >= kind.min && value <= kind.max) return {};
  return fail(ErrorCode::Invalid, "{} is out of range ({} to {})", limit_text(kind, value),
              limit_text(kind, kind.min), limit_text(kind, kind.max));
}

std::string limit_text(const LimitKind& kind, uint64_t value) {
  switch (kind.unit) {
    case LimitUnit::Bytes:
      return size_text(value);
    case LimitUnit::Milliseconds:
      return duration_text(std::chrono::milliseconds(value));
    case LimitUnit::Count:
      break;
  }
  return fmt::format("{}", value);
}

const char* type_name(LimitUnit unit) {
  switch (unit) {
    case LimitUnit::Bytes:
      return "SIZE";
    case LimitUnit::Milliseconds:
      return "TIME";
    case LimitUnit::Count:
      break;
  }
  return "N";
}

Result<Limits> parse_limits(std::span<const std::string> texts) {
  Limits limits;
  for (size_t index = 0; index < texts.size(); ++index) {
    if (texts[index].empty()) continue;
    const LimitKind& kind = kKinds[index];
    limits.*kind.value = TRY(with_context(parse_limit(kind, texts[index]), "{}", kind.flag));
  }
  return limits;
}

}  // namespace wherry::policy
