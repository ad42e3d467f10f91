// Where an access lies, and whether it may: the one place that knows how memories are bounded.
//
// A reserved memory has 8 GiB of address space, more than a 32-bit address with a 32-bit offset can
// reach, and all beyond its size is inaccessible: the MMU checks, the fault is the trap, and the
// base never moves.
//
// A checked memory is one of 64-bit addresses, or any where the mode says so (abi/code_mode.h). It
// may move when it grows, so that base and size are read anew. With 32-bit addresses the access's
// end, which 64 bits hold, is compared with the size. With 64-bit addresses the index is compared:
// behind the size there are abi::kMemoryGuardBytes that are inaccessible (but in the mode that
// checks bounds). While an access ends no further than that behind its index, an index below the
// size is enough, and one comparison serves all fields of a struct. Further offsets are usually
// those of static data, which lies within the memory's initial size; size - end cannot be negative
// then, and one comparison does as well. Where it could be, it is compared too. No sum is made that
// could overflow.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

Value* FunctionEmitter::memory_entry(uint32_t memory) {
  return builder_.load_constant(builder_.getPtrTy(),
                                builder_.in_instance(chunk_.plan().layout.memory_pointer(memory)));
}

Value* FunctionEmitter::memory_size_bytes(uint32_t memory) {
  Value* field = builder_.at(memory_entry(memory), offsetof(abi::MemoryEntry, size_bytes));
  return builder_.load_field(builder_.getInt64Ty(), field);
}

// Of a reserved memory it is loaded once, on entry.
Value* FunctionEmitter::memory_base(uint32_t memory) {
  if (chunk_.plan().is_checked(memory)) {
    Value* field = builder_.at(memory_entry(memory), offsetof(abi::MemoryEntry, base));
    return builder_.load_field(builder_.getPtrTy(), field);
  }
  Value*& base = memory_bases_[memory];
  if (base != nullptr) return base;
  IrBuilder entry(chunk_, entry_, builder_.context());
  if (memory == 0) {
    base = entry.load_constant(entry.getPtrTy(),
                               entry.in_instance(offsetof(abi::VmContext, memory0_base)));
  } else {
    Value* pointer = entry.load_constant(
        entry.getPtrTy(), entry.in_instance(chunk_.plan().layout.memory_pointer(memory)));
    base =
        entry.load_constant(entry.getPtrTy(), entry.at(pointer, offsetof(abi::MemoryEntry, base)));
  }
  return base;
}

Value* FunctionEmitter::memory_address(const Instruction& instruction, Value* index) {
  const wasm::MemoryArgument& argument = instruction.memory;
  Value* wide = builder_.CreateZExt(index, builder_.getInt64Ty());
  if (chunk_.plan().is_checked(raw(argument.memory)))
    check_bounds(argument, wide, wasm::access_bytes(instruction.opcode));
  if (argument.offset != 0)
    wide = builder_.CreateAdd(wide, builder_.getInt64(argument.offset), "", true, true);
  return builder_.CreateGEP(builder_.getInt8Ty(), memory_base(raw(argument.memory)), wide);
}

void FunctionEmitter::check_bounds(const wasm::MemoryArgument& argument, Value* index,
                                   uint32_t access_bytes) {
  const uint32_t memory = raw(argument.memory);
  Value* size = memory_size_bytes(memory);
  if (!module_.memories[memory].is_64) {
    Value* end = builder_.CreateAdd(index, builder_.getInt64(argument.offset + access_bytes), "",
                                    true, true);
    builder_.trap_if(builder_.CreateICmpUGT(end, size), TrapCode::MemoryOutOfBounds);
    return;
  }
  if (!chunk_.plan().mode.checks_bounds &&
      argument.offset <= abi::kMemoryGuardBytes - access_bytes) {
    builder_.trap_if(builder_.CreateICmpUGE(index, size), TrapCode::MemoryOutOfBounds);
    return;
  }
  // No memory reaches as far as the offsets that are cut off.
  const uint64_t end = std::min(argument.offset, ~uint64_t{0} - access_bytes) + access_bytes;
  if (end / wasm::kPageBytes >= module_.memories[memory].limits.min)
    builder_.trap_if(builder_.CreateICmpULT(size, builder_.getInt64(end)),
                     TrapCode::MemoryOutOfBounds);
  Value* last = builder_.CreateSub(size, builder_.getInt64(end));
  builder_.trap_if(builder_.CreateICmpUGT(index, last), TrapCode::MemoryOutOfBounds);
}

}  // namespace wherry::compiler
