// A decoded module: every section of the binary as plain values. Function bodies, and the bytes of
// data segments, stay spans into the binary, which must outlive the module. Follows Core 3.0 §2.5
// (modules). A Module says nothing about validity; validator.h does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "support/bytes.h"
#include "wasm/types.h"

namespace wherry::wasm {

enum class ExternalKind : uint8_t { Function = 0, Table = 1, Memory = 2, Global = 3 };
// "function", "table", "memory", "global"
const char* to_string(ExternalKind kind);

struct Import {
  std::string_view module;  // UTF-8, checked by the decoder
  std::string_view name;
  ExternalKind kind;
  // By kind: a function's TypeIndex, or the type itself.
  std::variant<TypeIndex, TableType, MemoryType, GlobalType> type;
};

struct Export {
  std::string_view name;
  ExternalKind kind;
  uint32_t index;
};

// A constant expression as its raw instructions, `end` included, to be read with InstructionReader.
struct ConstantExpression {
  ByteSpan code;
  uint32_t offset;  // of the first byte, in the binary
};

struct Table {
  TableType type;
  // Function references proposal: tables of non-null references.
  std::optional<ConstantExpression> init;
};

struct Global {
  GlobalType type;
  ConstantExpression init;
};

enum class SegmentMode : uint8_t { Active, Passive, Declarative };

struct ElementSegment {
  SegmentMode mode;
  TableIndex table{};         // Active only
  ConstantExpression offset;  // Active only
  ValueType type = ValueType::funcref();
  // Either function indices or expressions, as the binary has it.
  std::variant<std::vector<FunctionIndex>, std::vector<ConstantExpression>> items;
};

struct DataSegment {
  SegmentMode mode;           // Active or Passive
  MemoryIndex memory{};       // Active only
  ConstantExpression offset;  // Active only
  ByteSpan bytes;
};

struct LocalGroup {
  uint32_t count;
  ValueType type;
};

struct FunctionBody {
  std::vector<LocalGroup> locals;
  ByteSpan code;    // the expression, its last `end` included
  uint32_t offset;  // of code's first byte, in the binary
};

struct CustomSection {
  std::string_view name;
  ByteSpan bytes;
};

// The module's index spaces have imports first, in the order of `imports`; the vectors below that
// are named for them hold imported and defined entries alike.
struct Module {
  std::vector<FunctionType> types;
  std::vector<Import> imports;
  std::vector<TypeIndex> functions;   // all functions' types, imported ones first
  std::vector<TableType> tables;      // all tables
  std::vector<MemoryType> memories;   // all memories
  std::vector<GlobalType> globals;    // all globals
  std::vector<Table> defined_tables;  // those not imported, with their initial values
  std::vector<Global> defined_globals;
  std::vector<Export> exports;
  std::optional<FunctionIndex> start;
  std::vector<ElementSegment> elements;
  std::optional<uint32_t> data_count;  // the data count section's value
  std::vector<DataSegment> data;
  std::vector<FunctionBody> bodies;  // of defined functions
  std::vector<CustomSection> custom_sections;

  uint32_t imported_functions = 0;
  uint32_t imported_tables = 0;
  uint32_t imported_memories = 0;
  uint32_t imported_globals = 0;

  // The type of any function; the index must be in range.
  const FunctionType& function_type(FunctionIndex index) const {
    return types[raw(functions[raw(index)])];
  }
};

// Function names from the `name` section (Core 3.0 appendix A.4.1), sorted by index; empty where
// there is none or it is malformed, which by the specification is no error.
struct FunctionName {
  FunctionIndex index;
  std::string_view name;
};
std::vector<FunctionName> function_names(const Module& module);

}  // namespace wherry::wasm
