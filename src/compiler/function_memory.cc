// Linear memory. Core 3.0 §4.6.7. Where an access lies, and whether it may, is in
// function_address.cc.
//
// All accesses are volatile. The specification makes a trap an exact event: every effect before it
// has happened, none after it, and a load whose value nobody wants traps all the same. For LLVM an
// ordinary access outside of an object is undefined: it deletes such loads, merges neighbouring
// stores (both gone where only the second is out of bounds) and moves accesses across each other.
// It costs 2 %, since modules come optimised: docs/decisions/0010-guest-accesses-are-volatile.md.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

constexpr unsigned kPageBits = 16;
static_assert(wasm::kPageBytes == 1u << kPageBits);

bool is_load(wasm::Opcode opcode) {
  return opcode >= wasm::Opcode::I32Load && opcode <= wasm::Opcode::I64Load32U;
}

bool is_store(wasm::Opcode opcode) {
  return opcode >= wasm::Opcode::I32Store && opcode <= wasm::Opcode::I64Store32;
}

bool is_signed_load(wasm::Opcode opcode) {
  using enum wasm::Opcode;
  return opcode == I32Load8S || opcode == I32Load16S || opcode == I64Load8S ||
         opcode == I64Load16S || opcode == I64Load32S;
}

// What a load leaves on the stack.
wasm::ValueType load_result(wasm::Opcode opcode) {
  switch (wasm::find_opcode(static_cast<uint16_t>(opcode))->signature[2]) {
    case 'i':
      return wasm::ValueType::i32();
    case 'l':
      return wasm::ValueType::i64();
    case 'f':
      return wasm::ValueType::f32();
    default:
      return wasm::ValueType::f64();
  }
}

}  // namespace

bool FunctionEmitter::emit_memory(const Instruction& instruction) {
  if (is_load(instruction.opcode)) {
    emit_load(instruction);
    return true;
  }
  if (is_store(instruction.opcode)) {
    emit_store(instruction);
    return true;
  }
  if (instruction.opcode == Opcode::MemorySize) {
    Value* pages = builder_.CreateLShr(memory_size_bytes(instruction.index), kPageBits);
    push_address(pages, module_.memories[instruction.index].address());
    return true;
  }
  return emit_bulk_memory(instruction);
}

void FunctionEmitter::emit_load(const Instruction& instruction) {
  Type* result = chunk_.type(load_result(instruction.opcode));
  uint32_t bits = 8 * wasm::access_bytes(instruction.opcode);
  bool is_narrow = result->isIntegerTy() && bits < result->getIntegerBitWidth();
  Type* type = is_narrow ? builder_.getIntNTy(bits) : result;
  Value* load = guest_load(type, instruction);
  if (!is_narrow)
    push(load);
  else
    push(is_signed_load(instruction.opcode) ? builder_.CreateSExt(load, result)
                                            : builder_.CreateZExt(load, result));
}

void FunctionEmitter::emit_store(const Instruction& instruction) {
  Value* value = pop();
  uint32_t bits = 8 * wasm::access_bytes(instruction.opcode);
  Type* type = value->getType();
  if (type->isIntegerTy() && bits < type->getIntegerBitWidth())
    value = builder_.CreateTrunc(value, builder_.getIntNTy(bits));
  guest_store(value, instruction);
}

Value* FunctionEmitter::guest_load(Type* type, const Instruction& instruction) {
  Value* address = memory_address(instruction, pop());
  LoadInst* load = builder_.CreateAlignedLoad(type, address, Align(1), true);
  load->setMetadata(LLVMContext::MD_tbaa, chunk_.guest_access());
  return load;
}

void FunctionEmitter::guest_store(Value* value, const Instruction& instruction) {
  Value* address = memory_address(instruction, pop());
  StoreInst* store = builder_.CreateAlignedStore(value, address, Align(1), true);
  store->setMetadata(LLVMContext::MD_tbaa, chunk_.guest_access());
}

bool FunctionEmitter::emit_bulk_memory(const Instruction& instruction) {
  Value* first = builder_.getInt32(instruction.index);
  Value* second = builder_.getInt32(instruction.index2);
  switch (instruction.opcode) {
    case Opcode::MemoryGrow: {
      Value* before = builder_.call_builtin(WHERRY_BUILTIN(memory_grow), builder_.getInt64Ty(),
                                            {first, pop_wide()});
      push_address(before, module_.memories[instruction.index].address());
      return true;
    }
    case Opcode::DataDrop:
      builder_.call_builtin(WHERRY_BUILTIN(data_drop), builder_.getVoidTy(), {first});
      return true;
    case Opcode::MemoryFill: {
      Value* count = pop_wide();
      Value* value = pop();
      Value* destination = pop_wide();
      builder_.call_checked_builtin(WHERRY_BUILTIN(memory_fill), {first, destination, value, count},
                                    TrapCode::MemoryOutOfBounds);
      return true;
    }
    case Opcode::MemoryCopy:
    case Opcode::MemoryInit: {
      Value* count = pop_wide();
      Value* source = pop_wide();
      Value* destination = pop_wide();
      if (instruction.opcode == Opcode::MemoryInit) std::swap(first, second);  // memory, segment
      builder_.call_checked_builtin(
          instruction.opcode == Opcode::MemoryInit ? WHERRY_BUILTIN(memory_init)
                                                   : WHERRY_BUILTIN(memory_copy),
          {first, second, destination, source, count}, TrapCode::MemoryOutOfBounds);
      return true;
    }
    default:
      return false;
  }
}

}  // namespace wherry::compiler
