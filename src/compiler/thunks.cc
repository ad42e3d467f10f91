#include "compiler/thunks.h"

#include <map>

#include "abi/artifact.h"
#include "compiler/calling_convention.h"
#include "compiler/ir_builder.h"
#include "compiler/slots.h"

namespace wherry::compiler {

using namespace llvm;

std::vector<uint32_t> entry_thunk_types(const wasm::Module& module) {
  std::map<std::string, uint32_t> first_of;  // by the type's text, which is its structure
  std::vector<uint32_t> thunks(module.types.size(), abi::kNone);
  for (wasm::TypeIndex index : module.functions) {
    uint32_t& thunk = thunks[raw(index)];
    if (thunk == abi::kNone)
      thunk =
          first_of.try_emplace(to_string(module.function_type(index)), raw(index)).first->second;
  }
  return thunks;
}

void emit_import_thunk(Chunk& chunk, uint32_t index) {
  const wasm::FunctionType& type = chunk.wasm_module().function_type(wasm::FunctionIndex(index));
  Function* function = chunk.function(index);
  function->setDoesNotThrow();  // so that it has no unwind information: hosts do not throw
  IrBuilder builder(chunk, BasicBlock::Create(chunk.context(), "", function), function->getArg(0));
  uint32_t count = std::max({slot_count(type.params), slot_count(type.results), 1u});
  AllocaInst* slots = builder.CreateAlloca(ArrayType::get(builder.getInt64Ty(), count));
  slots->setAlignment(Align(16));
  SmallVector<Value*> params;
  for (uint32_t param = 0; param < type.params.size(); ++param)
    params.push_back(load_parameter(builder, type, param));
  store_slots(builder, slots, type.params, params);
  builder.call_checked_builtin(WHERRY_BUILTIN(host_call), {builder.getInt32(index), slots},
                               abi::TrapCode::HostStopped);
  return_values(builder, type, load_slots(builder, slots, type.results));
}

void emit_entry_thunk(Chunk& chunk, uint32_t index) {
  const wasm::FunctionType& type = chunk.wasm_module().function_type(wasm::TypeIndex(index));
  Type* pointer = PointerType::get(chunk.context(), 0);
  FunctionType* thunk_type =
      FunctionType::get(Type::getVoidTy(chunk.context()), {pointer, pointer, pointer}, false);
  Function* thunk = chunk.create_function(thunk_type, CallingConv::C, entry_thunk_symbol(index));
  thunk->setDoesNotThrow();  // here guests end: unwinding stops where there are no frames
  IrBuilder builder(chunk, BasicBlock::Create(chunk.context(), "", thunk), thunk->getArg(1));
  Value* slots = thunk->getArg(2);
  SmallVector<Value*> arguments = place_arguments(builder, type, builder.context(), slots,
                                                  load_slots(builder, slots, type.params));
  CallInst* call = builder.CreateCall(chunk.function_type(type), thunk->getArg(0), arguments);
  call->setCallingConv(CallingConv::Tail);
  call->setTailCallKind(CallInst::TCK_NoTail);
  call->setDoesNotThrow();
  if (!Chunk::returns_in_memory(type))
    store_slots(builder, slots, type.results, call_results(builder, call, slots, type));
  builder.CreateRetVoid();
}

}  // namespace wherry::compiler
