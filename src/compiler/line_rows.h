// Reads the line table that LLVM wrote into an object: which instruction comes from which place in
// the module, and which calls pass arguments on the stack.
#pragma once

#include <vector>

#include "abi/artifact.h"
#include "abi/unwind.h"
#include "support/result.h"

namespace wherry::compiler {

// All by code offset in the object's .text.
struct LineTable {
  std::vector<abi::LineRow> rows;  // the last one of each stretch of code ends it with kNone
  std::vector<abi::CallArgumentsRecord> call_arguments;
};

// Errors: Invalid when the object cannot be read, which is a defect of ours.
Result<LineTable> read_line_table(ByteSpan elf);

}  // namespace wherry::compiler
