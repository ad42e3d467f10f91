// The limits that an application may ask for and an operator may set, each in one line of a table:
// its name in wherry.toml, in an image's request and on the command line, its range and its
// default. Asking for a limit means: no more than that. The effective one is the smaller of what
// was asked for and what the operator gives, which is the default where no flag says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "support/result.h"

namespace wherry::policy {

struct Limits {
  std::optional<uint64_t> memory_bytes_max = {};   // of memories and tables together
  std::optional<uint64_t> table_entries_max = {};  // of each table
  std::optional<uint64_t> stack_bytes_max = {};
  std::optional<uint64_t> timeout_ms = {};  // wall clock
  std::optional<uint64_t> cpu_time_ms = {};
  std::optional<uint64_t> fuel = {};
  std::optional<uint64_t> open_files_max =
      {};                                      // descriptors, standard streams and folders included
  std::optional<uint64_t> instances_max = {};  // of the application that live at once
  std::optional<uint64_t> threads_max = {};    // at once, the first one among them
  bool operator==(const Limits&) const = default;
};

enum class LimitUnit : uint8_t { Bytes, Count, Milliseconds };

struct LimitKind {
  std::string_view key;          // below [limits]: "memory"
  const char* json;              // below "limits": "memory_bytes_max"
  std::string_view flag;         // "--memory-max"
  std::string_view description;  // behind the flag in --help
  LimitUnit unit;
  uint64_t min;
  uint64_t max;
  std::optional<uint64_t> fallback;  // without a flag; std::nullopt: no limit
  std::optional<uint64_t> Limits::* value;
};

// In the order in which they are shown.
std::span<const LimitKind> limit_kinds();

// "64MiB" (size.h), "2s" (duration.h) or a whole number, by the kind's unit, and within its range.
// Errors: Invalid says why.
Result<uint64_t> parse_limit(const LimitKind& kind, std::string_view text);
// Whether it is within the range. Errors: Invalid.
Result<> check_limit(const LimitKind& kind, uint64_t value);
// As parse_limit reads it.
std::string limit_text(const LimitKind& kind, uint64_t value);
// For --help: "SIZE", "N", "TIME".
const char* type_name(LimitUnit unit);
// What was written behind the flags, by limit_kinds(); empty where one was not given. Errors: as
// parse_limit, naming the flag.
Result<Limits> parse_limits(std::span<const std::string> texts);

}  // namespace wherry::policy
