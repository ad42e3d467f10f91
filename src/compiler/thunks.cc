#include "compiler/thunks.h"

#include <map>

#include "abi/artifact.h"
#include "compiler/ir_builder.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr uint64_t kSlotBytes = 8;

uint32_t slot_count(const std::vector<wasm::ValueType>& types) {
  uint32_t count = 0;
  for (wasm::ValueType type : types) count += type.slots();
  return count;
}

// Values from `slots`, in order. i32 and f32 lie in a slot's low half, which is its first.
SmallVector<Value*> load_slots(IrBuilder& builder, Value* slots,
                               const std::vector<wasm::ValueType>& types) {
  SmallVector<Value*> values;
  uint64_t offset = 0;
  for (wasm::ValueType type : types) {
    values.push_back(builder.load_field(builder.chunk().type(type), builder.at(slots, offset)));
    offset += kSlotBytes * type.slots();
  }
  return values;
}

void store_slots(IrBuilder& builder, Value* slots, const std::vector<wasm::ValueType>& types,
                 ArrayRef<Value*> values) {
  uint64_t offset = 0;
  for (size_t index = 0; index < types.size(); ++index) {
    builder.store_field(values[index], builder.at(slots, offset));
    offset += kSlotBytes * types[index].slots();
  }
}

void return_values(IrBuilder& builder, SmallVector<Value*> values) {
  if (values.empty())
    builder.CreateRetVoid();
  else if (values.size() == 1)
    builder.CreateRet(values[0]);
  else
    builder.CreateAggregateRet(values.data(), static_cast<unsigned>(values.size()));
}

}  // namespace

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
  for (Argument& argument : drop_begin(function->args())) params.push_back(&argument);
  store_slots(builder, slots, type.params, params);
  builder.call_checked_builtin(WHERRY_BUILTIN(host_call), {builder.getInt32(index), slots},
                               abi::TrapCode::HostStopped);
  return_values(builder, load_slots(builder, slots, type.results));
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
  SmallVector<Value*> arguments{builder.context()};
  arguments.append(load_slots(builder, slots, type.params));
  CallInst* call = builder.CreateCall(chunk.function_type(type), thunk->getArg(0), arguments);
  call->setCallingConv(CallingConv::Tail);
  call->setTailCallKind(CallInst::TCK_NoTail);
  call->setDoesNotThrow();
  SmallVector<Value*> results;
  if (type.results.size() == 1) results.push_back(call);
  if (type.results.size() > 1)
    for (unsigned number = 0; number < type.results.size(); ++number)
      results.push_back(builder.CreateExtractValue(call, number));
  store_slots(builder, slots, type.results, results);
  builder.CreateRetVoid();
}

}  // namespace wherry::compiler
