// What LLVM makes of a chunk.
#pragma once

#include <string>
#include <vector>

#include "abi/artifact.h"
#include "support/bytes.h"

namespace wherry::compiler {

// A function that takes arguments on the stack (abi/unwind.h).
struct FunctionArguments {
  std::string symbol;
  uint32_t bytes;
};

struct ObjectCode {
  Bytes elf;                        // a relocatable object, as code_generator.h writes it
  std::vector<abi::LineRow> lines;  // `code` counts from the start of the object's .text
  std::vector<abi::CallArgumentsRecord> call_arguments;  // likewise
  std::vector<FunctionArguments> argument_bytes;
};

}  // namespace wherry::compiler
