// What LLVM makes of a chunk.
#pragma once

#include <vector>

#include "abi/artifact.h"
#include "support/bytes.h"

namespace wherry::compiler {

struct ObjectCode {
  Bytes elf;                        // a relocatable object, as code_generator.h writes it
  std::vector<abi::LineRow> lines;  // `code` counts from the start of the object's .text
};

}  // namespace wherry::compiler
