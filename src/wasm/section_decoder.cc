// The sections that declare things; those that fill them with code and data are in
// segment_decoder.cc.
#include "wasm/section_decoder.h"

#include "wasm/limits.h"
#include "wasm/offset_error.h"
#include "wasm/type_reader.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kTagKind = 0x04;

Result<ExternalKind> read_external_kind(ByteReader& section) {
  uint32_t start = section.offset();
  uint8_t kind = TRY(section.read_byte());
  if (kind <= static_cast<uint8_t>(ExternalKind::Global)) return static_cast<ExternalKind>(kind);
  if (kind == kTagKind) return fail_unsupported(start, "a tag", "exceptions");
  return fail_at(start, ErrorCode::Malformed, "malformed import or export kind {:#04x}", kind);
}

Result<> add_table(uint32_t offset, const TableType& type, Module& module) {
  if (module.tables.size() == limits::kTables) {
    return fail_at(offset, ErrorCode::Invalid, "the tables exceed the limit of {}",
                   limits::kTables);
  }
  module.tables.push_back(type);
  return {};
}

Result<> add_memory(uint32_t offset, const MemoryType& type, Module& module) {
  if (!module.memories.empty()) return fail_unsupported(offset, "a second memory", "multi-memory");
  module.memories.push_back(type);
  return {};
}

Result<> add_global(uint32_t offset, const GlobalType& type, Module& module) {
  if (module.globals.size() == limits::kGlobals) {
    return fail_at(offset, ErrorCode::Invalid, "the globals exceed the limit of {}",
                   limits::kGlobals);
  }
  module.globals.push_back(type);
  return {};
}

// Reads an import's type, and enters what is imported into its index space.
Result<> read_import_type(ByteReader& section, Import& import, Module& module) {
  uint32_t start = section.offset();
  switch (import.kind) {
    case ExternalKind::Function: {
      TypeIndex type { TRY(section.read_u32()) };
      module.functions.push_back(type);  // no more than kImports, which is no more than kFunctions
      ++module.imported_functions;
      import.type = type;
      return {};
    }
    case ExternalKind::Table: {
      TableType type = TRY(read_table_type(section));
      ++module.imported_tables;
      import.type = type;
      return add_table(start, type, module);
    }
    case ExternalKind::Memory: {
      MemoryType type = TRY(read_memory_type(section));
      ++module.imported_memories;
      import.type = type;
      return add_memory(start, type, module);
    }
    case ExternalKind::Global: break;
  }
  GlobalType type = TRY(read_global_type(section));
  ++module.imported_globals;
  import.type = type;
  return add_global(start, type, module);
}

}  // namespace

Result<> decode_custom_section(ByteReader& section, Module& module) {
  uint32_t start = section.offset();
  if (module.custom_sections.size() == limits::kCustomSections) {
    return fail_at(start, ErrorCode::Invalid, "the custom sections exceed the limit of {}",
                   limits::kCustomSections);
  }
  std::string_view name = TRY(section.read_name());
  ByteSpan bytes = TRY(section.read_bytes(section.remaining()));
  module.custom_sections.push_back({.name = name, .bytes = bytes});
  return {};
}

Result<> decode_type_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "types", .max = limits::kTypes}));
  module.types.reserve(count);
  for (uint32_t i = 0; i < count; ++i) module.types.push_back(TRY(read_function_type(section)));
  return {};
}

Result<> decode_import_section(ByteReader& section, Module& module) {
  static_assert(limits::kImports <= limits::kFunctions);
  uint32_t count = TRY(read_count(section, {.noun = "imports", .max = limits::kImports}));
  module.imports.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    Import& import = module.imports.emplace_back();
    import.module = TRY(section.read_name());
    import.name = TRY(section.read_name());
    import.kind = TRY(read_external_kind(section));
    TRY(read_import_type(section, import, module));
  }
  return {};
}

Result<> decode_function_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(
      section, {.noun = "functions", .max = limits::kFunctions, .there = module.functions.size()}));
  module.functions.reserve(module.functions.size() + count);
  for (uint32_t i = 0; i < count; ++i) {
    module.functions.push_back(TypeIndex(TRY(section.read_u32())));
  }
  return {};
}

Result<> decode_table_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "tables", .max = limits::kTables}));
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t start = section.offset();
    TableType type = TRY(read_table_type(section));
    TRY(add_table(start, type, module));
    module.defined_tables.push_back({.type = type, .init = std::nullopt});
  }
  return {};
}

Result<> decode_memory_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "memories", .max = limits::kMemories}));
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t start = section.offset();
    MemoryType type = TRY(read_memory_type(section));
    TRY(add_memory(start, type, module));
  }
  return {};
}

Result<> decode_global_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "globals", .max = limits::kGlobals}));
  module.defined_globals.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t start = section.offset();
    GlobalType type = TRY(read_global_type(section));
    TRY(add_global(start, type, module));
    ConstantExpression init = TRY(read_constant_expression(section));
    module.defined_globals.push_back({.type = type, .init = init});
  }
  return {};
}

Result<> decode_export_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "exports", .max = limits::kExports}));
  module.exports.reserve(count);
  for (uint32_t i = 0; i < count; ++i) {
    Export& entry = module.exports.emplace_back();
    entry.name = TRY(section.read_name());
    entry.kind = TRY(read_external_kind(section));
    entry.index = TRY(section.read_u32());
  }
  return {};
}

Result<> decode_start_section(ByteReader& section, Module& module) {
  module.start = FunctionIndex(TRY(section.read_u32()));
  return {};
}

Result<> decode_data_count_section(ByteReader& section, Module& module) {
  module.data_count = TRY(section.read_u32());
  return {};
}

}  // namespace wherry::wasm
