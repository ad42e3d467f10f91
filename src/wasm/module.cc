#include "wasm/module.h"

#include <algorithm>

#include "wasm/byte_reader.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kFunctionNames = 1;

// Core 3.0 appendix A.4: a vector of (index, name), by rising index.
Result<std::vector<FunctionName>> read_name_map(ByteReader& reader, size_t function_count) {
  uint32_t count = TRY(reader.read_u32());
  std::vector<FunctionName> names;
  for (uint32_t i = 0; i < count; ++i) {
    FunctionIndex index{TRY(reader.read_u32())};
    std::string_view name = TRY(reader.read_name());
    bool rising = names.empty() || raw(names.back().index) < raw(index);
    if (!rising || raw(index) >= function_count) {
      return fail(ErrorCode::Malformed, "function name for index {} out of order or range",
                  raw(index));
    }
    names.push_back({.index = index, .name = name});
  }
  return names;
}

// Finds the subsection of function names: each has an id and a size.
Result<std::vector<FunctionName>> read_function_names(ByteReader reader, size_t function_count) {
  while (!reader.at_end()) {
    uint8_t id = TRY(reader.read_byte());
    uint32_t size_bytes = TRY(reader.read_u32());
    ByteReader subsection(TRY(reader.read_bytes(size_bytes)), 0);
    if (id == kFunctionNames) return read_name_map(subsection, function_count);
  }
  return std::vector<FunctionName>{};
}

}  // namespace

const char* to_string(ExternalKind kind) {
  switch (kind) {
    case ExternalKind::Function:
      return "function";
    case ExternalKind::Table:
      return "table";
    case ExternalKind::Memory:
      return "memory";
    case ExternalKind::Global:
      return "global";
    case ExternalKind::Tag:
      break;
  }
  return "tag";
}

std::vector<FunctionName> function_names(const Module& module) {
  auto section = std::ranges::find(module.custom_sections, "name", &CustomSection::name);
  if (section == module.custom_sections.end()) return {};
  return read_function_names(ByteReader(section->bytes, 0), module.functions.size())
      .value_or(std::vector<FunctionName>{});
}

}  // namespace wherry::wasm
