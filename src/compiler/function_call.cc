// Calls. Core 3.0 §4.6.10. Compiled functions call each other by symbol, imports and table entries
// through their code and context (abi/instance_layout.h).
#include "compiler/calling_convention.h"
#include "compiler/function_emitter.h"
#include "compiler/slots.h"

namespace wherry::compiler {

using namespace llvm;

bool FunctionEmitter::emit_call(const Instruction& instruction) {
  Callee callee;
  switch (instruction.opcode) {
    case Opcode::Call:
    case Opcode::ReturnCall:
      callee = direct_callee(instruction.index);
      break;
    case Opcode::CallIndirect:
    case Opcode::ReturnCallIndirect:
      callee = chunk_.plan().constant_tables.tables[instruction.index2]
                   ? constant_callee(instruction.index, instruction.index2)
                   : indirect_callee(instruction.index, pop(), instruction.index2);
      break;
    case Opcode::CallRef:
    case Opcode::ReturnCallRef:
      callee = referenced_callee(instruction.index);
      break;
    default:
      return false;
  }
  if (wasm::is_tail_call(instruction.opcode))
    emit_tail_call(callee);
  else
    emit_call_to(callee);
  return true;
}

FunctionEmitter::Callee FunctionEmitter::direct_callee(uint32_t index) {
  const wasm::FunctionType& type = module_.function_type(wasm::FunctionIndex(index));
  if (index >= module_.imported_functions)
    return {&type, chunk_.function(index), builder_.context()};
  Value* import = builder_.in_instance(chunk_.plan().layout.imported_function(index));
  Value* code = builder_.load_constant(builder_.getPtrTy(),
                                       builder_.at(import, offsetof(abi::ImportedFunction, code)));
  Value* context = builder_.load_constant(
      builder_.getPtrTy(), builder_.at(import, offsetof(abi::ImportedFunction, context)));
  return {&type, code, context};
}

// Compares the entry's type first: a null entry's is 0, which is no type's, so that the ordinary
// call pays for one comparison. Only types that are not final have sub types to look for.
FunctionEmitter::Callee FunctionEmitter::indirect_callee(uint32_t type, Value* index,
                                                         uint32_t table) {
  using Entry = abi::FunctionTableEntry;
  Value* slot = table_slot(table, index, abi::TrapCode::UndefinedElement);
  Value* wanted = type_descriptor(wasm::TypeIndex(type));
  Value* found =
      builder_.load_field(builder_.getPtrTy(), builder_.at(slot, offsetof(Entry, type_id)));
  BasicBlock* wrong = builder_.create_block();
  BasicBlock* right = builder_.create_block();
  builder_.CreateCondBr(builder_.CreateICmpNE(found, wanted), wrong, right, chunk_.unlikely());
  builder_.SetInsertPoint(wrong);
  builder_.trap_if(builder_.CreateIsNull(found), abi::TrapCode::UninitializedElement);
  if (!module_.types[type].is_final) {
    Value* is_sub_type = emit_sub_type_test(found, wasm::TypeIndex(type));
    BasicBlock* mismatch = builder_.create_block();
    builder_.CreateCondBr(is_sub_type, right, mismatch);
    builder_.SetInsertPoint(mismatch);
  }
  builder_.trap(abi::TrapCode::IndirectCallTypeMismatch);
  builder_.SetInsertPoint(right);
  Value* code = builder_.load_field(builder_.getPtrTy(), builder_.at(slot, offsetof(Entry, code)));
  Value* context =
      builder_.load_field(builder_.getPtrTy(), builder_.at(slot, offsetof(Entry, context)));
  return {&module_.function_type(wasm::TypeIndex(type)), code, context};
}

// Of a table that nobody writes. Its functions are this instance's own, but for imported ones; what
// is not there with the very type that is wanted is either that, of a sub type, or a trap.
FunctionEmitter::Callee FunctionEmitter::constant_callee(uint32_t type, uint32_t table) {
  const ConstantTables& tables = chunk_.plan().constant_tables;
  Value* index = pop();
  Value* wide = builder_.CreateZExt(index, builder_.getInt64Ty());
  builder_.trap_if(builder_.CreateICmpUGE(wide, table_size(table)),
                   abi::TrapCode::UndefinedElement);
  Value* entries = chunk_.constant_table(table);
  auto load = [&](uint64_t field) {
    Type* bytes = ArrayType::get(builder_.getInt8Ty(), sizeof(ConstantTableEntry));
    Value* entry = builder_.CreateGEP(bytes, entries, {wide, builder_.getInt64(field)});
    return builder_.load_constant(builder_.getInt32Ty(), entry);
  };
  // Volatile, so that the rare case loads it anew: a comparison with memory takes no register.
  auto load_type = [&] {
    LoadInst* found = load(offsetof(ConstantTableEntry, type));
    found->setVolatile(true);
    return found;
  };
  Value* is_other =
      builder_.CreateICmpNE(load_type(), builder_.getInt32(tables.type_numbers[type]));
  BasicBlock* other = builder_.create_block();
  BasicBlock* same = builder_.create_block();
  builder_.CreateCondBr(is_other, other, same, chunk_.unlikely());
  builder_.SetInsertPoint(same);
  Callee callee{&module_.function_type(wasm::TypeIndex(type)),
                builder_.CreateGEP(builder_.getInt8Ty(), entries,
                                   builder_.CreateSExt(load(offsetof(ConstantTableEntry, code)),
                                                       builder_.getInt64Ty())),
                builder_.context()};
  builder_.SetInsertPoint(other);
  if (!tables.tables[table]->holds_imports && module_.types[type].is_final) {
    builder_.trap_if(builder_.CreateIsNull(load_type()), abi::TrapCode::UninitializedElement);
    builder_.trap(abi::TrapCode::IndirectCallTypeMismatch);
    builder_.SetInsertPoint(same);
    return callee;
  }
  return join(callee, same, indirect_callee(type, index, table));
}

// Goes on behind both: `first`, ready at the end of `block`, and `second`, ready here.
FunctionEmitter::Callee FunctionEmitter::join(const Callee& first, BasicBlock* block,
                                              const Callee& second) {
  BasicBlock* before = builder_.GetInsertBlock();
  BasicBlock* both = builder_.create_block();
  builder_.CreateBr(both);
  builder_.SetInsertPoint(block);
  builder_.CreateBr(both);
  builder_.SetInsertPoint(both);
  auto choose = [&](Value* one, Value* other) {
    PHINode* phi = builder_.CreatePHI(builder_.getPtrTy(), 2);
    phi->addIncoming(one, block);
    phi->addIncoming(other, before);
    return phi;
  };
  Value* code = choose(first.code, second.code);
  return {first.type, code, choose(first.context, second.context)};
}

FunctionEmitter::Callee FunctionEmitter::referenced_callee(uint32_t type) {
  using Reference = abi::FunctionReference;
  Value* reference = pop();
  builder_.trap_if(builder_.CreateIsNull(reference), abi::TrapCode::NullFunctionReference);
  Value* code = builder_.load_constant(builder_.getPtrTy(),
                                       builder_.at(reference, offsetof(Reference, code)));
  Value* context = builder_.load_constant(builder_.getPtrTy(),
                                          builder_.at(reference, offsetof(Reference, context)));
  return {&module_.function_type(wasm::TypeIndex(type)), code, context};
}

// `results` is where a callee that returns through memory is to put them.
SmallVector<Value*> FunctionEmitter::take_arguments(const Callee& callee, Value* results) {
  size_t first = stack_.size() - callee.type->params.size();
  SmallVector<Value*> arguments = place_arguments(builder_, *callee.type, callee.context, results,
                                                  ArrayRef(stack_).drop_front(first));
  stack_.resize(first);
  return arguments;
}

void FunctionEmitter::emit_call_to(const Callee& callee) {
  Value* results = nullptr;
  if (Chunk::returns_in_memory(*callee.type))
    results = results_area(slot_count(callee.type->results));
  CallBase* call =
      create_call(chunk_.function_type(*callee.type), callee.code, take_arguments(callee, results));
  for (Value* result : call_results(builder_, call, results, *callee.type)) push(result);
}

// Core 3.0 §4.6.10: the callee takes the place of this function, and returns to its caller; what
// this function's tries would catch is no longer theirs.
void FunctionEmitter::emit_tail_call(const Callee& callee) {
  Value* results =
      Chunk::returns_in_memory(type_) ? function_->getArg(Chunk::kResultsArgument) : nullptr;
  CallInst* call = builder_.CreateCall(chunk_.function_type(*callee.type), callee.code,
                                       take_arguments(callee, results));
  call->setCallingConv(CallingConv::Tail);
  call->setTailCallKind(CallInst::TCK_MustTail);
  if (call->getType()->isVoidTy())
    builder_.CreateRetVoid();
  else
    builder_.CreateRet(call);
  end_reachable_code();
}

// One for all calls of the function, as large as the largest needs it: results are taken out of it
// right behind the call.
Value* FunctionEmitter::results_area(uint32_t slots) {
  if (results_area_ == nullptr) {
    IRBuilder<> entry(entry_);
    results_area_ = entry.CreateAlloca(builder_.getInt64Ty(), builder_.getInt32(slots));
    results_area_->setAlignment(Align(16));
  }
  auto* there = cast<ConstantInt>(results_area_->getArraySize());
  if (there->getZExtValue() < slots) results_area_->setOperand(0, builder_.getInt32(slots));
  return results_area_;
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
