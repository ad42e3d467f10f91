// The instructions of a function body that name the module's parts: locals, globals, functions as
// references, tables, memories and their segments.
#include <algorithm>
#include <limits>

#include "wasm/function_validator.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

std::unexpected<Error> fail_unknown(const Instruction& instruction, std::string_view noun,
                                    uint32_t index, size_t count) {
  return fail_at(instruction.offset, ErrorCode::Invalid, "unknown {} {} in {}: the module has {}",
                 noun, index, opcode_name(instruction.opcode), count);
}

}  // namespace

Result<> FunctionValidator::check_entity(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::GlobalGet:
    case Opcode::GlobalSet:
      return check_global(instruction);
    case Opcode::RefNull:
    case Opcode::RefIsNull:
    case Opcode::RefFunc:
    case Opcode::RefEq:
    case Opcode::RefAsNonNull:
      return check_reference(instruction);
    case Opcode::TableInit:
      return check_table_init(instruction);
    case Opcode::TableCopy:
      return check_table_copy(instruction);
    case Opcode::ElemDrop: {
      TRY(segment_element(instruction, instruction.index));
      return {};
    }
    case Opcode::TableGet:
    case Opcode::TableSet:
    case Opcode::TableSize:
    case Opcode::TableGrow:
    case Opcode::TableFill:
      return check_table(instruction);
    case Opcode::MemorySize:
    case Opcode::MemoryGrow:
    case Opcode::MemoryInit:
    case Opcode::DataDrop:
    case Opcode::MemoryCopy:
    case Opcode::MemoryFill:
      return check_memory(instruction);
    default:
      return check_aggregate(instruction);
  }
}

Result<> FunctionValidator::check_local(const Instruction& instruction) {
  std::optional<ValueType> type = locals_.find(instruction.index);
  if (!type) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown local {}", instruction.index);
  }
  bool has_default = type->is_defaultable() || instruction.index < locals_.params();
  if (instruction.opcode == Opcode::LocalGet) {
    if (has_default || initialized_.is_set(instruction.index)) return stacks_.push(*type);
    return fail_at(instruction.offset, ErrorCode::Invalid, "uninitialized local {} of type {}",
                   instruction.index, to_string(*type));
  }
  TRY(stacks_.pop(*type));
  if (!has_default) initialized_.set(instruction.index);
  if (instruction.opcode == Opcode::LocalSet) return {};
  return stacks_.push(*type);
}

Result<> FunctionValidator::check_global(const Instruction& instruction) {
  if (instruction.index >= module_.globals.size()) {
    return fail_unknown(instruction, "global", instruction.index, module_.globals.size());
  }
  const GlobalType& global = module_.globals[instruction.index];
  if (instruction.opcode == Opcode::GlobalGet) return stacks_.push(global.value);
  if (!global.is_mutable) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "global {} is immutable",
                   instruction.index);
  }
  return stacks_.pop(global.value);
}

// Core 3.0 §3.4.10
Result<> FunctionValidator::check_table(const Instruction& instruction) {
  ValueType element = TRY(table_element(instruction, instruction.index));
  const ValueType address = module_.tables[instruction.index].address();
  switch (instruction.opcode) {
    case Opcode::TableGet: {
      TRY(stacks_.pop(address));
      return stacks_.push(element);
    }
    case Opcode::TableSet: {
      TRY(stacks_.pop(element));
      return stacks_.pop(address);
    }
    case Opcode::TableGrow: {
      TRY(stacks_.pop(address));
      TRY(stacks_.pop(element));
      return stacks_.push(address);
    }
    case Opcode::TableFill: {
      TRY(stacks_.pop(address));
      TRY(stacks_.pop(element));
      return stacks_.pop(address);
    }
    default:
      return stacks_.push(address);  // table.size
  }
}

Result<> FunctionValidator::check_table_init(const Instruction& instruction) {
  ValueType element = TRY(table_element(instruction, instruction.index2));
  ValueType source = TRY(segment_element(instruction, instruction.index));
  if (!types_.matches(source, element)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: table.init of a table of {} from a segment of {}",
                   to_string(element), to_string(source));
  }
  TRY(check_simple("ii:"));
  return stacks_.pop(module_.tables[instruction.index2].address());
}

Result<> FunctionValidator::check_table_copy(const Instruction& instruction) {
  ValueType destination = TRY(table_element(instruction, instruction.index));
  ValueType source = TRY(table_element(instruction, instruction.index2));
  if (!types_.matches(source, destination)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: table.copy to a table of {} from one of {}",
                   to_string(destination), to_string(source));
  }
  return pop_copy(module_.tables[instruction.index].address(),
                  module_.tables[instruction.index2].address());
}

// Core 3.0 §3.4.11
Result<> FunctionValidator::check_memory(const Instruction& instruction) {
  if (instruction.opcode == Opcode::DataDrop)
    return check_data_index(instruction, instruction.index);
  bool is_init = instruction.opcode == Opcode::MemoryInit;
  const ValueType address =
      TRY(memory_address(instruction, is_init ? instruction.index2 : instruction.index));
  switch (instruction.opcode) {
    case Opcode::MemoryInit: {
      TRY(check_data_index(instruction, instruction.index));
      TRY(check_simple("ii:"));
      return stacks_.pop(address);
    }
    case Opcode::MemoryCopy:
      return pop_copy(address, TRY(memory_address(instruction, instruction.index2)));
    case Opcode::MemoryFill: {
      TRY(stacks_.pop(address));
      TRY(stacks_.pop(ValueType::i32()));
      return stacks_.pop(address);
    }
    case Opcode::MemoryGrow: {
      TRY(stacks_.pop(address));
      return stacks_.push(address);
    }
    default:
      return stacks_.push(address);  // memory.size
  }
}

Result<> FunctionValidator::pop_copy(ValueType destination, ValueType source) {
  TRY(stacks_.pop(destination == source ? source : ValueType::i32()));
  TRY(stacks_.pop(source));
  return stacks_.pop(destination);
}

Result<ValueType> FunctionValidator::check_memory_argument(const Instruction& instruction) const {
  const MemoryArgument& argument = instruction.memory;
  const ValueType address = TRY(memory_address(instruction, raw(argument.memory)));
  const uint32_t bytes = access_bytes(instruction.opcode);
  if (argument.alignment_log2 > 4 || 1u << argument.alignment_log2 > bytes) {
    return fail_at(
        instruction.offset, ErrorCode::Invalid,
        "alignment must not be larger than natural: 2^{} for {}, which accesses {} bytes",
        argument.alignment_log2, opcode_name(instruction.opcode), bytes);
  }
  if (is_atomic(instruction.opcode) && 1u << argument.alignment_log2 != bytes) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "atomic alignment must be natural: 2^{} for {}, which accesses {} bytes",
                   argument.alignment_log2, opcode_name(instruction.opcode), bytes);
  }
  if (address == ValueType::i32() && argument.offset > std::numeric_limits<uint32_t>::max()) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "offset out of range: {} in a memory of 32-bit addresses", argument.offset);
  }
  return address;
}

Result<> FunctionValidator::check_lanes(const Instruction& instruction, Immediate immediate) const {
  uint32_t lane = instruction.index;
  if (immediate == Immediate::Lanes) lane = *std::ranges::max_element(instruction.bytes);
  const uint32_t count = lane_count(instruction.opcode);
  if (lane < count) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid, "invalid lane index {}: {} has {} lanes",
                 lane, opcode_name(instruction.opcode), count);
}

Result<ValueType> FunctionValidator::memory_address(const Instruction& instruction,
                                                    uint32_t index) const {
  if (index < module_.memories.size()) return module_.memories[index].address();
  return fail_unknown(instruction, "memory", index, module_.memories.size());
}

// By Core 3.0 §5.5.16 it is the binary that is malformed where data indices occur without a data
// count section, so that a body can be checked before the data section has arrived.
Result<> FunctionValidator::check_data_index(const Instruction& instruction, uint32_t index) const {
  if (!module_.data_count) {
    return fail_at(instruction.offset, ErrorCode::Malformed, "data count section required for {}",
                   opcode_name(instruction.opcode));
  }
  if (index < *module_.data_count) return {};
  return fail_unknown(instruction, "data segment", index, *module_.data_count);
}

Result<ValueType> FunctionValidator::table_element(const Instruction& instruction,
                                                   uint32_t index) const {
  if (index < module_.tables.size()) return module_.tables[index].element;
  return fail_unknown(instruction, "table", index, module_.tables.size());
}

Result<ValueType> FunctionValidator::segment_element(const Instruction& instruction,
                                                     uint32_t index) const {
  if (index < module_.elements.size()) return module_.elements[index].type;
  return fail_unknown(instruction, "element segment", index, module_.elements.size());
}

}  // namespace wherry::wasm
