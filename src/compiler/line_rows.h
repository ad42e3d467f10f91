// Reads the line table that LLVM wrote into an object: which instruction comes from which place in
// the module.
#pragma once

#include <vector>

#include "abi/artifact.h"
#include "support/result.h"

namespace wherry::compiler {

// By code offset in the object's .text; the last one of each stretch of code ends it with kNone.
// Errors: Invalid when the object cannot be read, which is a defect of ours.
Result<std::vector<abi::LineRow>> read_line_table(ByteSpan elf);

}  // namespace wherry::compiler
