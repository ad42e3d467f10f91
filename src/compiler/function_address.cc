// Where an access lies, and whether it may: the one place that knows how memories are bounded.
//
// Usually an address of 32 bits is not checked: base + address + offset reaches at most 8 GiB
// beyond the base, and all of that beyond the memory's size is inaccessible. The MMU checks, the
// fault is the trap, and the base never moves.
//
// In the mode that checks bounds (abi/code_mode.h) the end of such an access, a sum that 64 bits
// hold, is compared with the size; base and size are read anew wherever the memory may have moved.
// A shared memory never moves, and only grows.
//
// An address of 64 bits is always compared, and no sum is made that could overflow. Where there is
// a guard, its abi::kMemoryGuardBytes behind the memory's size are inaccessible: while an access
// ends no further than that behind its index, an index below the size is enough, and one comparison
// serves all fields of a struct. Further offsets are usually those of static data, which lies
// within the memory's initial size; size - end cannot be negative then, and one comparison does as
// well. Where it could be, it is compared too.
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
  LoadInst* load = builder_.load_field(builder_.getInt64Ty(), field);
  // Another thread may grow it; sequentially consistent, as memory.grow is, is a plain load on x86.
  if (module_.memories[memory].shared) load->setAtomic(AtomicOrdering::SequentiallyConsistent);
  return load;
}

// Where it never moves it is loaded once, on entry.
Value* FunctionEmitter::memory_base(uint32_t memory) {
  if (chunk_.plan().may_move(memory)) {
    Value* field = builder_.at(memory_entry(memory), offsetof(abi::MemoryEntry, base));
    return builder_.load_field(builder_.getPtrTy(), field);
  }
  Value*& base = memory_bases_[memory];
  if (base != nullptr) return base;
  IrBuilder entry(chunk_, entry_, builder_.context());
  if (memory == 0 && !chunk_.plan().mode.checks_bounds) {
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
  const wasm::MemoryType& memory = module_.memories[raw(argument.memory)];
  const bool is_guarded = !chunk_.plan().mode.checks_bounds;
  // No memory reaches as far as the offsets that are cut off.
  const uint64_t end = std::min(argument.offset, ~uint64_t{0} - access_bytes) + access_bytes;
  Value* distance = builder_.getInt64(end);
  Value* size = memory_size_bytes(raw(argument.memory));
  auto trap_if = [this](Value* condition) {
    builder_.trap_if(condition, TrapCode::MemoryOutOfBounds);
  };
  if (!memory.is_64) {
    Value* sum = builder_.CreateAdd(index, distance, "", true, true);
    return trap_if(builder_.CreateICmpUGT(sum, size));
  }
  if (is_guarded && end <= abi::kMemoryGuardBytes)
    return trap_if(builder_.CreateICmpUGE(index, size));
  if ((end - 1) / wasm::kPageBytes >= memory.limits.min)
    trap_if(builder_.CreateICmpULT(size, distance));
  trap_if(builder_.CreateICmpUGT(index, builder_.CreateSub(size, distance)));
}

}  // namespace wherry::compiler
