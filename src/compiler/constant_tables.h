// Finds the tables of functions that nobody can write, so that their contents are constants of the
// module: what nearly every module compiled from C, C++ or Rust has for its function pointers.
//
// A call through such a table needs nothing of the instance's own copy. Its entries lie in the
// artifact, behind the code, as ConstantTableEntry: the linker fills them in (object_linker.h), and
// calls compare a type's number and add an offset (function_call.cc).
//
// No other instance sees a table that is neither imported nor exported. What remains are the
// module's own instructions, which are read, and its active segments, which are applied before any
// of its functions runs. They must not fail: when an instantiation ends half-way, functions that it
// has put into other tables live on, and see a table that is filled half-way (Core 3.0 §4.7.2).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/result.h"
#include "wasm/module.h"

namespace wherry::compiler {

// In the artifact. `code` counts from the table's begin. `type` is the function's type, as
// ConstantTable has it; both are 0 where there is no function, or an imported one.
struct ConstantTableEntry {
  int32_t code;
  uint32_t type;
};
static_assert(sizeof(ConstantTableEntry) == 8);

// The type numbers are above 0, and the same for the same types (Core 3.0 §3.3.3).
struct ConstantTable {
  struct Entry {
    uint32_t function = 0;  // meaningless where type is 0
    uint32_t type = 0;
  };
  std::vector<Entry> entries;
  bool holds_imports = false;
};

struct ConstantTables {
  std::vector<std::optional<ConstantTable>> tables;  // by table
  std::vector<uint32_t> type_numbers;                // by type; empty where no table is constant
};

// Errors: Malformed for bodies that were not validated.
Result<ConstantTables> find_constant_tables(const wasm::Module& module);

// Of the table's bytes in the linked code.
std::string constant_table_symbol(uint32_t table);

}  // namespace wherry::compiler
