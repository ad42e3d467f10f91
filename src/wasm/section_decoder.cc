// The sections that declare things; those that fill them with code and data are in
// segment_decoder.cc.
#include "wasm/section_decoder.h"

#include "wasm/limits.h"
#include "wasm/offset_error.h"
#include "wasm/type_reader.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kRecursionGroup = 0x4e;
constexpr uint8_t kTableWithInit = 0x40;
constexpr uint8_t kExceptionAttribute = 0x00;

Result<ExternalKind> read_external_kind(ByteReader& section) {
  uint32_t start = section.offset();
  uint8_t kind = TRY(section.read_byte());
  if (kind <= static_cast<uint8_t>(ExternalKind::Tag)) return static_cast<ExternalKind>(kind);
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
  if (module.memories.size() == limits::kMemories) {
    return fail_at(offset, ErrorCode::Invalid, "the memories exceed the limit of {}",
                   limits::kMemories);
  }
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

Result<> add_tag(uint32_t offset, TypeIndex type, Module& module) {
  if (module.tags.size() == limits::kTags) {
    return fail_at(offset, ErrorCode::Invalid, "the tags exceed the limit of {}", limits::kTags);
  }
  module.tags.push_back(type);
  return {};
}

// Core 3.0 §5.3.14: an attribute, of which there is one, and a type.
Result<TypeIndex> read_tag_type(ByteReader& section) {
  uint32_t start = section.offset();
  uint8_t attribute = TRY(section.read_byte());
  if (attribute != kExceptionAttribute) {
    return fail_at(start, ErrorCode::Malformed, "malformed tag attribute {:#04x}", attribute);
  }
  return TypeIndex(TRY(section.read_u32()));
}

// Reads an import's type, and enters what is imported into its index space.
Result<> read_import_type(ByteReader& section, Import& import, Module& module) {
  uint32_t start = section.offset();
  switch (import.kind) {
    case ExternalKind::Function: {
      TypeIndex type{TRY(section.read_u32())};
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
    case ExternalKind::Global: {
      GlobalType type = TRY(read_global_type(section));
      ++module.imported_globals;
      import.type = type;
      return add_global(start, type, module);
    }
    case ExternalKind::Tag:
      break;
  }
  TypeIndex type = TRY(read_tag_type(section));
  ++module.imported_tags;
  import.type = type;
  return add_tag(start, type, module);
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

// Core 3.0 §5.3.9: a recursion group, or a type that is one alone.
static Result<> read_group(ByteReader& section, Module& module) {
  CountLimit limit{.noun = "types", .max = limits::kTypes, .there = module.types.size()};
  uint32_t count = 1;
  if (!section.at_end() && static_cast<uint8_t>(section.rest().front()) == kRecursionGroup) {
    TRY(section.read_byte());
    count = TRY(read_count(section, limit));
  }
  TypeIndex group{static_cast<uint32_t>(module.types.size())};
  for (uint32_t i = 0; i < count; ++i) {
    SubType& type = module.types.emplace_back(TRY(read_sub_type(section)));
    type.group = group;
    type.group_size = count;
  }
  return {};
}

Result<> decode_type_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "types", .max = limits::kTypes}));
  module.types.reserve(count);
  for (uint32_t i = 0; i < count; ++i) TRY(read_group(section, module));
  if (module.types.size() <= limits::kTypes) return {};
  return fail_at(section.offset(), ErrorCode::Invalid, "{} types exceed the limit of {}",
                 module.types.size(), limits::kTypes);
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

// Core 3.0 §5.5.7: 0x40 0x00 before a table's type, and an expression behind it.
static Result<> read_table_init_prefix(ByteReader& section) {
  TRY(section.read_byte());
  uint32_t start = section.offset();
  uint8_t reserved = TRY(section.read_byte());
  if (reserved == 0) return {};
  return fail_at(start, ErrorCode::Malformed, "malformed table {:#04x}", reserved);
}

Result<> decode_table_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "tables", .max = limits::kTables}));
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t start = section.offset();
    bool has_init =
        !section.at_end() && static_cast<uint8_t>(section.rest().front()) == kTableWithInit;
    if (has_init) TRY(read_table_init_prefix(section));
    Table table;
    table.type = TRY(read_table_type(section));
    if (has_init) table.init = TRY(read_constant_expression(section));
    TRY(add_table(start, table.type, module));
    module.defined_tables.push_back(table);
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

Result<> decode_tag_section(ByteReader& section, Module& module) {
  uint32_t count = TRY(read_count(section, {.noun = "tags", .max = limits::kTags}));
  module.tags.reserve(module.tags.size() + count);
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t start = section.offset();
    TypeIndex type = TRY(read_tag_type(section));
    TRY(add_tag(start, type, module));
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
