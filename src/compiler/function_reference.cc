// References as such: null or not, of one type or another, and i31. Core 3.0 §4.6.5. What they look
// like stands in abi/object_layout.h.
#include "abi/object_layout.h"
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;
using wasm::HeapType;

bool FunctionEmitter::emit_reference(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::RefFunc:
      push(function_reference(instruction.index));
      return true;
    case Opcode::RefNull:
      push(ConstantPointerNull::get(builder_.getPtrTy()));
      return true;
    case Opcode::RefIsNull:
      push(builder_.CreateZExt(builder_.CreateIsNull(pop()), builder_.getInt32Ty()));
      return true;
    case Opcode::RefAsNonNull:
      builder_.trap_if(builder_.CreateIsNull(stack_.back()), TrapCode::NullReference);
      return true;
    case Opcode::RefEq: {
      Value* right = pop();
      push(builder_.CreateZExt(builder_.CreateICmpEQ(pop(), right), builder_.getInt32Ty()));
      return true;
    }
    case Opcode::AnyConvertExtern:
    case Opcode::ExternConvertAny:
      return true;  // one representation
    case Opcode::RefI31:
    case Opcode::I31GetS:
    case Opcode::I31GetU:
      emit_i31(instruction.opcode);
      return true;
    default:
      return emit_cast(instruction);
  }
}

void FunctionEmitter::emit_i31(Opcode opcode) {
  Value* operand = pop();
  if (opcode == Opcode::RefI31) {
    Value* tagged = builder_.CreateOr(builder_.CreateShl(operand, 1), abi::kI31Tag);
    push(builder_.CreateIntToPtr(builder_.CreateZExt(tagged, builder_.getInt64Ty()),
                                 builder_.getPtrTy()));
    return;
  }
  builder_.trap_if(builder_.CreateIsNull(operand), TrapCode::NullI31Reference);
  Value* tagged = builder_.CreatePtrToInt(operand, builder_.getInt32Ty());
  push(opcode == Opcode::I31GetS ? builder_.CreateAShr(tagged, 1) : builder_.CreateLShr(tagged, 1));
}

bool FunctionEmitter::emit_cast(const Instruction& instruction) {
  bool to_null =
      instruction.opcode == Opcode::RefTestNull || instruction.opcode == Opcode::RefCastNull;
  wasm::ValueType to = wasm::ValueType::reference(instruction.heap, to_null);
  switch (instruction.opcode) {
    case Opcode::RefTest:
    case Opcode::RefTestNull:
      push(builder_.CreateZExt(emit_type_test(pop(), to), builder_.getInt32Ty()));
      return true;
    case Opcode::RefCast:
    case Opcode::RefCastNull:
      builder_.trap_unless(emit_type_test(stack_.back(), to), TrapCode::CastFailure);
      return true;
    case Opcode::BrOnNull:
    case Opcode::BrOnNonNull:
      emit_branch_on_null(instruction);
      return true;
    case Opcode::BrOnCast:
    case Opcode::BrOnCastFail:
      emit_branch_on_cast(instruction);
      return true;
    default:
      return false;
  }
}

// br_on_null drops the reference where it branches, br_on_non_null where it does not.
void FunctionEmitter::emit_branch_on_null(const Instruction& instruction) {
  bool on_null = instruction.opcode == Opcode::BrOnNull;
  Value* reference = stack_.back();
  Value* is_null = builder_.CreateIsNull(reference);
  if (on_null) pop();
  emit_branch_where(on_null ? is_null : builder_.CreateNot(is_null), instruction.index);
  if (on_null)
    push(reference);
  else
    pop();
}

void FunctionEmitter::emit_branch_on_cast(const Instruction& instruction) {
  Value* is_type = emit_type_test(stack_.back(), instruction.cast.to);
  bool on_success = instruction.opcode == Opcode::BrOnCast;
  emit_branch_where(on_success ? is_type : builder_.CreateNot(is_type), instruction.index);
}

// Whether a reference that is not null is of an abstract type, by its tag bits alone; nullptr where
// these do not say.
Value* FunctionEmitter::emit_tag_test(Value* reference, HeapType heap) {
  switch (heap.code()) {
    case HeapType::kFunc:
    case HeapType::kExtern:
    case HeapType::kAny:
    case HeapType::kExn:
      return builder_.getTrue();
    case HeapType::kNoFunc:
    case HeapType::kNoExtern:
    case HeapType::kNone:
    case HeapType::kNoExn:
      return builder_.getFalse();
    default:
      break;
  }
  Value* word = builder_.CreatePtrToInt(reference, builder_.getInt64Ty());
  if (heap.code() == HeapType::kI31)
    return builder_.CreateICmpNE(builder_.CreateAnd(word, abi::kI31Tag), builder_.getInt64(0));
  if (heap.code() == HeapType::kEq)  // not a word of the host's
    return builder_.CreateICmpNE(builder_.CreateAnd(word, abi::kTagMask),
                                 builder_.getInt64(abi::kExternalTag));
  return nullptr;
}

Value* FunctionEmitter::emit_type_test(Value* reference, wasm::ValueType to) {
  Value* is_null = builder_.CreateIsNull(reference);
  if (Value* matches = emit_tag_test(reference, to.heap()))
    return to.nullable() ? builder_.CreateOr(is_null, matches)
                         : builder_.CreateAnd(builder_.CreateNot(is_null), matches);
  bool is_function = module_.is_function_reference(to);
  Value* has_descriptor = builder_.CreateNot(is_null);
  if (!is_function) {
    Value* word = builder_.CreatePtrToInt(reference, builder_.getInt64Ty());
    Value* untagged =
        builder_.CreateICmpEQ(builder_.CreateAnd(word, abi::kTagMask), builder_.getInt64(0));
    has_descriptor = builder_.CreateAnd(has_descriptor, untagged);
  }
  BasicBlock* before = builder_.GetInsertBlock();
  BasicBlock* look = builder_.create_block();
  BasicBlock* next = builder_.create_block();
  builder_.CreateCondBr(has_descriptor, look, next);
  builder_.SetInsertPoint(look);
  uint64_t offset = is_function ? offsetof(abi::FunctionReference, type_id) : 0;
  Value* descriptor = builder_.load_constant(builder_.getPtrTy(), builder_.at(reference, offset));
  Value* matches = emit_descriptor_test(descriptor, to.heap());
  BasicBlock* looked = builder_.GetInsertBlock();
  builder_.CreateBr(next);
  builder_.SetInsertPoint(next);
  PHINode* result = builder_.CreatePHI(builder_.getInt1Ty(), 2);
  result->addIncoming(to.nullable() ? is_null : builder_.getFalse(), before);
  result->addIncoming(matches, looked);
  return result;
}

// Whether something with this descriptor is of a type: a concrete one, struct or array.
Value* FunctionEmitter::emit_descriptor_test(Value* descriptor, HeapType heap) {
  if (heap.is_concrete()) return emit_sub_type_test(descriptor, heap.index());
  uint32_t kind = heap.code() == HeapType::kStruct ? abi::kStructKind : abi::kArrayKind;
  Value* found = builder_.load_constant(
      builder_.getInt32Ty(), builder_.at(descriptor, offsetof(abi::TypeDescriptor, kind)));
  return builder_.CreateICmpEQ(found, builder_.getInt32(kind));
}

Value* FunctionEmitter::type_descriptor(wasm::TypeIndex type) {
  Value* ids = builder_.load_constant(builder_.getPtrTy(),
                                      builder_.in_instance(offsetof(abi::VmContext, type_ids)));
  return builder_.load_constant(builder_.getPtrTy(),
                                builder_.at(ids, uint64_t{raw(type)} * sizeof(uint64_t)));
}

// A final type has no others below it; any other stands in the display of those that it has.
Value* FunctionEmitter::emit_sub_type_test(Value* descriptor, wasm::TypeIndex type) {
  using abi::TypeDescriptor;
  Value* wanted = type_descriptor(type);
  if (module_.types[raw(type)].is_final) return builder_.CreateICmpEQ(descriptor, wanted);
  uint32_t depth = 0;
  for (auto super = module_.types[raw(type)].supertype; super; ++depth)
    super = module_.types[raw(*super)].supertype;
  Value* entry = builder_.at(descriptor, offsetof(TypeDescriptor, display) + depth * sizeof(void*));
  if (depth < TypeDescriptor::kDisplayEntries)
    return builder_.CreateICmpEQ(builder_.load_constant(builder_.getPtrTy(), entry), wanted);
  BasicBlock* before = builder_.GetInsertBlock();
  BasicBlock* deep = builder_.create_block();
  BasicBlock* next = builder_.create_block();
  Value* found_depth = builder_.load_constant(
      builder_.getInt32Ty(), builder_.at(descriptor, offsetof(TypeDescriptor, depth)));
  builder_.CreateCondBr(builder_.CreateICmpUGE(found_depth, builder_.getInt32(depth)), deep, next);
  builder_.SetInsertPoint(deep);
  Value* matches =
      builder_.CreateICmpEQ(builder_.load_constant(builder_.getPtrTy(), entry), wanted);
  builder_.CreateBr(next);
  builder_.SetInsertPoint(next);
  PHINode* result = builder_.CreatePHI(builder_.getInt1Ty(), 2);
  result->addIncoming(builder_.getFalse(), before);
  result->addIncoming(matches, deep);
  return result;
}

}  // namespace wherry::compiler
