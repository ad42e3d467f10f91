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

enum class ExternalKind : uint8_t { Function = 0, Table = 1, Memory = 2, Global = 3, Tag = 4 };
// "function", "table", "memory", "global", "tag"
const char* to_string(ExternalKind kind);

struct Import {
  std::string_view module;  // UTF-8, checked by the decoder
  std::string_view name;
  ExternalKind kind;
  // By kind: the TypeIndex of a function or tag, or the type itself.
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
  std::optional<ConstantExpression> init;  // of every entry; without it they are null
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
  ByteSpan code;       // the expression, its last `end` included
  uint32_t offset;     // of code's first byte, in the binary
  uint32_t begin = 0;  // of the function, its locals first: where the code's metadata count from
};

struct CustomSection {
  std::string_view name;
  ByteSpan bytes;
};

// The module's index spaces have imports first, in the order of `imports`; the vectors below that
// are named for them hold imported and defined entries alike.
struct Module {
  std::vector<SubType> types;
  std::vector<Import> imports;
  std::vector<TypeIndex> functions;   // all functions' types, imported ones first
  std::vector<TableType> tables;      // all tables
  std::vector<MemoryType> memories;   // all memories
  std::vector<GlobalType> globals;    // all globals
  std::vector<TypeIndex> tags;        // all tags' types
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
  uint32_t imported_tags = 0;

  // Whether there is such a type and it is one of functions.
  bool is_function_type(TypeIndex index) const {
    return raw(index) < types.size() &&
           std::holds_alternative<FunctionType>(types[raw(index)].composite);
  }
  // A function type, which it must be; the type of any function, whose index must be in range.
  const FunctionType& function_type(TypeIndex index) const {
    return *std::get_if<FunctionType>(&types[raw(index)].composite);
  }
  const FunctionType& function_type(FunctionIndex index) const {
    return function_type(functions[raw(index)]);
  }
  // Whether all values of the type are functions or null.
  bool is_function_reference(ValueType type) const {
    if (type.is_reference() && type.heap().is_concrete())
      return is_function_type(type.heap().index());
    return type.is_abstract_function_reference();
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
