#include "compiler/ir_builder.h"

#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/Intrinsics.h>

namespace wherry::compiler {

using namespace llvm;

Value* IrBuilder::at(Value* pointer, uint64_t offset_bytes) {
  return CreateConstInBoundsGEP1_64(getInt8Ty(), pointer, offset_bytes);
}

LoadInst* IrBuilder::load_constant(Type* type, Value* pointer) {
  LoadInst* load = load_field(type, pointer);
  load->setMetadata(LLVMContext::MD_invariant_load, chunk_.empty_node());
  return load;
}

LoadInst* IrBuilder::load_field(Type* type, Value* pointer) {
  LoadInst* load =
      CreateAlignedLoad(type, pointer, Align(type->isIntegerTy(32) || type->isFloatTy() ? 4 : 8));
  load->setMetadata(LLVMContext::MD_tbaa, chunk_.instance_access());
  return load;
}

StoreInst* IrBuilder::store_field(Value* value, Value* pointer) {
  Type* type = value->getType();
  StoreInst* store =
      CreateAlignedStore(value, pointer, Align(type->isIntegerTy(32) || type->isFloatTy() ? 4 : 8));
  store->setMetadata(LLVMContext::MD_tbaa, chunk_.instance_access());
  return store;
}

// Fields are aligned to their size, to 8 at most: abi/object_layout.h.
static Align object_alignment(Type* type) {
  if (type->isPointerTy()) return Align(8);
  return Align(std::min<uint64_t>(type->getPrimitiveSizeInBits().getFixedValue() / 8, 8));
}

LoadInst* IrBuilder::load_object(Type* type, Value* pointer) {
  LoadInst* load = CreateAlignedLoad(type, pointer, object_alignment(type));
  load->setMetadata(LLVMContext::MD_tbaa, chunk_.object_access());
  return load;
}

StoreInst* IrBuilder::store_object(Value* value, Value* pointer) {
  StoreInst* store = CreateAlignedStore(value, pointer, object_alignment(value->getType()));
  store->setMetadata(LLVMContext::MD_tbaa, chunk_.object_access());
  return store;
}

void IrBuilder::trap(abi::TrapCode code) {
  CallInst* call = CreateIntrinsic(Intrinsic::ubsantrap, {getInt8(static_cast<uint8_t>(code))});
  // Without it, the traps of a function would share one instruction, and lose their offsets.
  call->addFnAttr(Attribute::NoMerge);
  CreateUnreachable();
}

void IrBuilder::trap_if(Value* condition, abi::TrapCode code) {
  if (auto* constant = dyn_cast<ConstantInt>(condition); constant && constant->isZero()) return;
  BasicBlock* trapped = create_block();
  BasicBlock* next = create_block();
  CreateCondBr(condition, trapped, next, chunk_.unlikely());
  SetInsertPoint(trapped);
  trap(code);
  SetInsertPoint(next);
}

// Reads the byte kHostStackBytes below the stack pointer: see abi/calls.h.
void IrBuilder::probe_host_stack() {
  static const std::string text = "testb %al, -" + std::to_string(abi::kHostStackBytes) + "(%rsp)";
  FunctionType* type = FunctionType::get(getVoidTy(), false);
  CreateCall(InlineAsm::get(type, text, "~{dirflag},~{fpsr},~{flags}", true));
}

Value* IrBuilder::call_builtin(size_t offset_bytes, Type* result, ArrayRef<Value*> arguments) {
  SmallVector<Value*, 8> all{context_};
  SmallVector<Type*, 8> types{getPtrTy()};
  for (Value* argument : arguments) {
    all.push_back(argument);
    types.push_back(argument->getType());
  }
  probe_host_stack();
  Value* builtins = load_constant(getPtrTy(), in_instance(offsetof(abi::VmContext, builtins)));
  Value* code = load_constant(getPtrTy(), at(builtins, offset_bytes));
  CallInst* call = CreateCall(FunctionType::get(result, types, false), code, all);
  call->setDoesNotThrow();
  call->setTailCallKind(CallInst::TCK_NoTail);
  if (result->isIntegerTy(1)) call->addRetAttr(Attribute::ZExt);
  return call;
}

void IrBuilder::call_checked_builtin(size_t offset_bytes, ArrayRef<Value*> arguments,
                                     abi::TrapCode code) {
  trap_unless(call_builtin(offset_bytes, getInt1Ty(), arguments), code);
}

}  // namespace wherry::compiler
