// Reads function bodies and constant expressions one instruction at a time. Validator and compilers
// share it, so that both see the same immediates of the same bytes. Follows Core 3.0 §5.4
// (instructions); atomic ones: the threads proposal.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "support/bytes.h"
#include "support/result.h"
#include "wasm/byte_reader.h"
#include "wasm/opcodes.h"
#include "wasm/types.h"

namespace wherry::wasm {

// A block's type: nothing, one result, or a function type of the module.
struct BlockType {
  enum class Kind : uint8_t { Empty, Result, Function };
  Kind kind = Kind::Empty;
  ValueType result = ValueType::i32();  // kind Result
  TypeIndex function{};                 // kind Function
};

struct MemoryArgument {
  uint32_t alignment_log2 = 0;
  MemoryIndex memory{};
  uint64_t offset = 0;
};

// What a try_table catches, and the label where it goes on with payload and exception.
struct CatchClause {
  enum class Kind : uint8_t { Catch = 0, CatchRef = 1, CatchAll = 2, CatchAllRef = 3 };
  Kind kind;
  TagIndex tag{};  // Catch and CatchRef
  uint32_t label;  // its depth, counted outside of the try_table

  bool has_tag() const { return kind == Kind::Catch || kind == Kind::CatchRef; }
  bool gives_reference() const { return kind == Kind::CatchRef || kind == Kind::CatchAllRef; }
};

// One instruction with its immediates; which fields count follows from the opcode's Immediate.
struct Instruction {
  Opcode opcode{};
  uint32_t offset = 0;  // of the opcode, in the binary
  uint32_t index = 0;   // label depth, function, local, global, table, memory, data, element, type,
                        // lane, tag; where there are two, the destination or the segment, or the
                        // type
  uint32_t index2 = 0;  // the second: table of call_indirect and table.init, memory of memory.init,
                        // source of memory.copy, table.copy and array.copy; behind a type, a field,
                        // a segment, or a number of elements
  BlockType block;
  MemoryArgument memory;
  uint64_t constant = 0;  // a constant's bits: i32 and f32 in the low half, upper half zero
  HeapType heap;          // ref.null, ref.test, ref.cast
  // br_on_cast: the type that its operand has, and the one that is asked for.
  struct Cast {
    ValueType from = ValueType::funcref(), to = ValueType::funcref();
  } cast;
  std::array<uint8_t, 16> bytes{};  // v128.const: the value; i8x16.shuffle: the lanes
  // br_table: the labels, the default last. Borrowed from the reader until its next read.
  std::span<const uint32_t> labels;
  // select t*: borrowed likewise.
  std::span<const ValueType> types;
  // try_table: borrowed likewise.
  std::span<const CatchClause> catches;
};

class InstructionReader {
 public:
  // `offset` is code's first byte's place in the binary, for messages. `code` must outlive the
  // reader.
  InstructionReader(ByteSpan code, uint32_t offset) : reader_(code, offset) {}

  bool at_end() const { return reader_.at_end(); }
  // Where the next instruction begins, in the binary.
  uint32_t offset() const { return reader_.offset(); }

  // Errors: Malformed with the byte offset; Unsupported for an opcode of a later proposal.
  Result<Instruction> next();
  // The same into an object that is used again: twice as fast for whom every nanosecond counts.
  // Fields that do not belong to the opcode keep what they had.
  Result<> read(Instruction& instruction);

 private:
  // Of an opcode that is not its first byte alone; never nullptr.
  Result<const OpcodeDescription*> read_long_opcode(uint8_t first, uint32_t start);
  Result<> read_immediate(Immediate immediate, Instruction& instruction);
  Result<> read_constant(Immediate immediate, Instruction& instruction);
  Result<> read_indices(uint32_t& first, uint32_t& second);
  Result<> read_vector(Instruction& instruction);
  Result<BlockType> read_block_type();
  Result<MemoryArgument> read_memory_argument();
  Result<> read_fence();
  Result<> read_labels(Instruction& instruction);
  Result<> read_select_types(Instruction& instruction);
  Result<> read_catches(Instruction& instruction);
  Result<> read_cast_label(Instruction& instruction);

  ByteReader reader_;
  std::vector<uint32_t> labels_;
  std::vector<ValueType> types_;
  std::vector<CatchClause> catches_;
};

}  // namespace wherry::wasm
