// Turns the unwind information that LLVM wrote (.eh_frame and .gcc_except_table) into the
// artifact's (abi/unwind.h). Follows DWARF 4 §6.4 (call frame information), LSB 5.0 §10.6
// (.eh_frame), and the Itanium C++ ABI's tables of landing pads.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "abi/unwind.h"
#include "support/bytes.h"
#include "support/result.h"

namespace wherry::compiler {

struct UnwindTables {
  std::vector<abi::FrameRecord> frames;
  std::vector<abi::FrameShape> shapes;
  std::vector<abi::LandingPadRecord> landing_pads;
  std::unordered_map<std::string, uint32_t> shape_indices;  // by a shape's bytes
};

// One object's unwind information, in linked bytes whose references are resolved.
struct UnwindSource {
  ByteSpan linked;
  uint64_t eh_frame = 0;  // where it is in `linked`
  uint64_t eh_frame_bytes = 0;
  uint64_t code_end = 0;  // of the object's code
};

// Appends frames, shapes and landing pads of one object; objects come in the order of their code.
// Errors: Invalid for what our code generator does not write, which is a defect of ours.
Result<> append_unwind_tables(const UnwindSource& source, UnwindTables& tables);

}  // namespace wherry::compiler
