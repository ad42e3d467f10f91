// Joins the objects of a module's chunks into one piece of position-independent code without
// relocations.
//
// The code is [.text of each object][read-only data of each object][constant tables], each section
// aligned as it asks. What the objects may contain is what our code generator makes: code,
// constants, jump tables, unwind information, and 32-bit PC-relative references between them.
// Everything else is a defect of ours (a call into the C library, say) and refused. Unwind
// information becomes tables. Follows the System V ABI's AMD64 supplement 1.0, §4.4 (relocation).
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "compiler/constant_tables.h"
#include "compiler/object_code.h"
#include "compiler/unwind_tables.h"
#include "support/result.h"

namespace wherry::compiler {

struct LinkedCode {
  Bytes code;
  std::unordered_map<std::string, uint32_t> symbols;  // functions: offsets into `code`
  std::vector<abi::LineRow> lines;
  UnwindTables unwind;
};

// The tables' functions are among the objects'. Errors: Invalid for code beyond 2 GiB, or for what
// an object must not contain.
Result<LinkedCode> link_objects(const std::vector<ObjectCode>& objects,
                                const ConstantTables& tables = {});

}  // namespace wherry::compiler
