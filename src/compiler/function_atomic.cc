// Atomic accesses, memory.atomic.wait and notify. Follows the threads proposal
// (github.com/WebAssembly/threads, Overview.md); whether they lie within the memory is decided as
// for all accesses, in function_address.cc.
//
// They are LLVM's atomic operations, sequentially consistent, and volatile as all guest accesses
// are (function_memory.cc), so that none is merged or dropped. Ordinary accesses to a shared memory
// are the same volatile ones as to any other: they may be unaligned, which LLVM's own atomic
// accesses must not be. A volatile access is a single instruction of x86, which never gives a value
// that nobody wrote to an aligned place, and LLVM takes nothing for granted of what it reads.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

constexpr AtomicOrdering kOrdering = AtomicOrdering::SequentiallyConsistent;

// What an opcode does, by its group of seven forms: wasm/atomic_opcodes.h.
enum class Operation : uint8_t { Load, Store, Add, Sub, And, Or, Xor, Exchange, CompareExchange };
Operation operation_of(wasm::Opcode opcode) {
  const int form = static_cast<int>(opcode) - static_cast<int>(wasm::Opcode::I32AtomicLoad);
  return static_cast<Operation>(form / 7);
}

AtomicRMWInst::BinOp update_of(Operation operation) {
  switch (operation) {
    case Operation::Add:
      return AtomicRMWInst::Add;
    case Operation::Sub:
      return AtomicRMWInst::Sub;
    case Operation::And:
      return AtomicRMWInst::And;
    case Operation::Or:
      return AtomicRMWInst::Or;
    case Operation::Xor:
      return AtomicRMWInst::Xor;
    default:
      return AtomicRMWInst::Xchg;
  }
}

// By its name, "i32.…" or "i64.…".
bool is_64(wasm::Opcode opcode) { return wasm::opcode_name(opcode)[1] == '6'; }

}  // namespace

bool FunctionEmitter::emit_atomic(const Instruction& instruction) {
  if (!wasm::is_atomic(instruction.opcode)) return false;
  switch (instruction.opcode) {
    case Opcode::AtomicFence:
      builder_.CreateFence(kOrdering);
      return true;
    case Opcode::MemoryAtomicNotify:
      emit_notify(instruction);
      return true;
    case Opcode::MemoryAtomicWait32:
    case Opcode::MemoryAtomicWait64:
      emit_wait(instruction);
      return true;
    default:
      break;
  }
  switch (operation_of(instruction.opcode)) {
    case Operation::Load:
      emit_atomic_load(instruction);
      return true;
    case Operation::Store:
      emit_atomic_store(instruction);
      return true;
    case Operation::CompareExchange:
      emit_compare_exchange(instruction);
      return true;
    default:
      emit_atomic_update(instruction);
      return true;
  }
}

void FunctionEmitter::emit_atomic_load(const Instruction& instruction) {
  const uint32_t bytes = wasm::access_bytes(instruction.opcode);
  Value* address = atomic_address(instruction);
  LoadInst* load =
      builder_.CreateAlignedLoad(builder_.getIntNTy(8 * bytes), address, Align(bytes), true);
  load->setAtomic(kOrdering);
  push_widened(load, instruction);
}

void FunctionEmitter::emit_atomic_store(const Instruction& instruction) {
  const uint32_t bytes = wasm::access_bytes(instruction.opcode);
  Value* value = pop_narrowed(instruction);
  Value* address = atomic_address(instruction);
  builder_.CreateAlignedStore(value, address, Align(bytes), true)->setAtomic(kOrdering);
}

// The operand is hidden from LLVM: of `or 0` whose result nobody wants it would make a fence that
// does not touch the memory, and so does not trap.
void FunctionEmitter::emit_atomic_update(const Instruction& instruction) {
  Value* operand = opaque(pop_narrowed(instruction));
  Value* address = atomic_address(instruction);
  AtomicRMWInst* update =
      builder_.CreateAtomicRMW(update_of(operation_of(instruction.opcode)), address, operand,
                               Align(wasm::access_bytes(instruction.opcode)), kOrdering);
  update->setVolatile(true);
  push_widened(update, instruction);
}

void FunctionEmitter::emit_compare_exchange(const Instruction& instruction) {
  Value* replacement = pop_narrowed(instruction);
  Value* expected = pop_narrowed(instruction);
  Value* address = atomic_address(instruction);
  AtomicCmpXchgInst* exchange = builder_.CreateAtomicCmpXchg(
      address, expected, replacement, Align(wasm::access_bytes(instruction.opcode)), kOrdering,
      kOrdering);
  exchange->setVolatile(true);
  push_widened(builder_.CreateExtractValue(exchange, 0), instruction);
}

void FunctionEmitter::emit_notify(const Instruction& instruction) {
  Value* count = pop();
  Value* index = pop_wide();
  check_alignment(instruction, index);
  Value* woken = builder_.call_builtin(WHERRY_BUILTIN(memory_notify), builder_.getInt64Ty(),
                                       {builder_.getInt32(raw(instruction.memory.memory)), index,
                                        builder_.getInt64(instruction.memory.offset), count});
  builder_.trap_if(builder_.CreateICmpEQ(woken, builder_.getInt64(abi::kAtomicRefused)),
                   TrapCode::MemoryOutOfBounds);
  push(builder_.CreateTrunc(woken, builder_.getInt32Ty()));
}

void FunctionEmitter::emit_wait(const Instruction& instruction) {
  const uint32_t memory = raw(instruction.memory.memory);
  Value* timeout = pop();
  Value* expected = pop();
  Value* index = pop_wide();
  builder_.trap_if(builder_.getInt1(!module_.memories[memory].shared),
                   TrapCode::ExpectedSharedMemory);
  check_alignment(instruction, index);
  const size_t builtin = instruction.opcode == Opcode::MemoryAtomicWait32
                             ? WHERRY_BUILTIN(memory_wait32)
                             : WHERRY_BUILTIN(memory_wait64);
  Value* outcome =
      builder_.call_builtin(builtin, builder_.getInt64Ty(),
                            {builder_.getInt32(memory), index,
                             builder_.getInt64(instruction.memory.offset), expected, timeout});
  builder_.trap_if(builder_.CreateICmpEQ(outcome, builder_.getInt64(abi::kAtomicRefused)),
                   TrapCode::MemoryOutOfBounds);
  push(builder_.CreateTrunc(outcome, builder_.getInt32Ty()));
}

// The base is aligned to pages, and so does not matter.
void FunctionEmitter::check_alignment(const Instruction& instruction, Value* index) {
  const uint32_t bytes = wasm::access_bytes(instruction.opcode);
  Value* address = builder_.CreateAdd(index, builder_.getInt64(instruction.memory.offset));
  Value* excess = builder_.CreateAnd(address, builder_.getInt64(bytes - 1));
  builder_.trap_if(builder_.CreateIsNotNull(excess), TrapCode::UnalignedAtomic);
}

Value* FunctionEmitter::atomic_address(const Instruction& instruction) {
  Value* index = pop_wide();
  check_alignment(instruction, index);
  return memory_address(instruction, index);
}

Value* FunctionEmitter::pop_narrowed(const Instruction& instruction) {
  return builder_.CreateTrunc(pop(),
                              builder_.getIntNTy(8 * wasm::access_bytes(instruction.opcode)));
}

void FunctionEmitter::push_widened(Value* value, const Instruction& instruction) {
  push(builder_.CreateZExt(
      value, is_64(instruction.opcode) ? builder_.getInt64Ty() : builder_.getInt32Ty()));
}

}  // namespace wherry::compiler
