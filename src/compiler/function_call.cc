// Calls. Core 3.0 §4.6.10. Compiled functions call each other by symbol, imports and table entries
// through their code and context (abi/instance_layout.h).
#include <llvm/IR/DebugInfoMetadata.h>

#include "compiler/calling_convention.h"
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;

bool FunctionEmitter::emit_call(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Call:
      emit_direct_call(instruction.index);
      break;
    case Opcode::CallIndirect:
      emit_indirect_call(instruction.index, instruction.index2);
      break;
    case Opcode::RefFunc:
      push(function_reference(instruction.index));
      break;
    case Opcode::RefNull:
      push(ConstantPointerNull::get(builder_.getPtrTy()));
      break;
    case Opcode::RefIsNull:
      push(builder_.CreateZExt(builder_.CreateIsNull(pop()), builder_.getInt32Ty()));
      break;
    default:
      return false;
  }
  return true;
}

void FunctionEmitter::emit_direct_call(uint32_t index) {
  const wasm::FunctionType& type = module_.function_type(wasm::FunctionIndex(index));
  if (index >= module_.imported_functions) {
    emit_call_to(type, chunk_.function(index), builder_.context());
    return;
  }
  Value* import = builder_.in_instance(chunk_.plan().layout.imported_function(index));
  Value* code = builder_.load_constant(builder_.getPtrTy(),
                                       builder_.at(import, offsetof(abi::ImportedFunction, code)));
  Value* context = builder_.load_constant(
      builder_.getPtrTy(), builder_.at(import, offsetof(abi::ImportedFunction, context)));
  emit_call_to(type, code, context);
}

// Compares the entry's type id first: a null entry's is 0, which is no type's, so that the ordinary
// call pays for one comparison.
void FunctionEmitter::emit_indirect_call(uint32_t type, uint32_t table) {
  using Entry = abi::FunctionTableEntry;
  Value* slot = table_slot(table, pop(), abi::TrapCode::UndefinedElement);
  Type* word = builder_.getInt64Ty();
  Value* ids = builder_.load_constant(builder_.getPtrTy(),
                                      builder_.in_instance(offsetof(abi::VmContext, type_ids)));
  Value* wanted = builder_.load_constant(word, builder_.at(ids, uint64_t{type} * sizeof(uint64_t)));
  Value* found = builder_.load_field(word, builder_.at(slot, offsetof(Entry, type_id)));
  BasicBlock* wrong = builder_.create_block();
  BasicBlock* right = builder_.create_block();
  builder_.CreateCondBr(builder_.CreateICmpNE(found, wanted), wrong, right, chunk_.unlikely());
  builder_.SetInsertPoint(wrong);
  builder_.trap_if(builder_.CreateIsNull(found), abi::TrapCode::UninitializedElement);
  builder_.trap(abi::TrapCode::IndirectCallTypeMismatch);
  builder_.SetInsertPoint(right);
  Value* code = builder_.load_field(builder_.getPtrTy(), builder_.at(slot, offsetof(Entry, code)));
  Value* context =
      builder_.load_field(builder_.getPtrTy(), builder_.at(slot, offsetof(Entry, context)));
  emit_call_to(module_.function_type(wasm::TypeIndex(type)), code, context);
}

void FunctionEmitter::emit_call_to(const wasm::FunctionType& type, Value* code, Value* context) {
  size_t first = stack_.size() - type.params.size();
  SmallVector<Value*> arguments{context};
  arguments.append(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  stack_.resize(first);
  CallBase* call = create_call(chunk_.function_type(type), code, arguments);
  if (uint32_t bytes = stack_argument_bytes(type); bytes != abi::kCallArgumentBytes)
    set_call_arguments(call, bytes);
  if (type.results.size() == 1) push(call);
  if (type.results.size() > 1)
    for (unsigned index = 0; index < type.results.size(); ++index)
      push(builder_.CreateExtractValue(call, index));
}

// A call in the body of a try ends its block: it may go on at the landing pad.
CallBase* FunctionEmitter::create_call(FunctionType* type, Value* code,
                                       ArrayRef<Value*> arguments) {
  CallBase* call = nullptr;
  if (handlers_.empty()) {
    auto* plain = builder_.CreateCall(type, code, arguments);
    // A call is a frame: recursion without end has to run out of stack, not to loop.
    plain->setTailCallKind(CallInst::TCK_NoTail);
    call = plain;
  } else {
    BasicBlock* next = builder_.create_block();
    call = builder_.CreateInvoke(type, code, next, landing_pad(), arguments);
    builder_.SetInsertPoint(next);
  }
  call->setCallingConv(CallingConv::Tail);
  return call;
}

// The unwinder has to know (abi/unwind.h). The line table's columns say it, which nobody else
// needs; line_rows.h reads them. Calls that were merged would lose them.
void FunctionEmitter::set_call_arguments(CallBase* call, uint32_t bytes) {
  unsigned words = bytes / static_cast<uint32_t>(sizeof(uint64_t));
  call->setDebugLoc(
      DILocation::get(chunk_.context(), call->getDebugLoc().getLine(), words, subprogram_));
  call->addFnAttr(Attribute::NoMerge);
}

Value* FunctionEmitter::function_reference(uint32_t function) {
  const ModulePlan& plan = chunk_.plan();
  if (function >= module_.imported_functions)
    return builder_.in_instance(plan.layout.function_reference(plan.reference_slots[function]));
  uint64_t import = plan.layout.imported_function(function);
  return builder_.load_constant(
      builder_.getPtrTy(),
      builder_.in_instance(import + offsetof(abi::ImportedFunction, reference)));
}

}  // namespace wherry::compiler
