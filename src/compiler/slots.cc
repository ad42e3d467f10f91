#include "compiler/slots.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr uint64_t kSlotBytes = 8;

}  // namespace

uint32_t slot_count(const std::vector<wasm::ValueType>& types) {
  uint32_t count = 0;
  for (wasm::ValueType type : types) count += type.slots();
  return count;
}

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

SmallVector<Value*> call_results(IrBuilder& builder, Value* call, Value* slots,
                                 const wasm::FunctionType& type) {
  if (Chunk::returns_in_memory(type)) return load_slots(builder, slots, type.results);
  SmallVector<Value*> results;
  if (type.results.size() == 1) results.push_back(call);
  if (type.results.size() > 1)
    for (unsigned index = 0; index < type.results.size(); ++index)
      results.push_back(builder.CreateExtractValue(call, index));
  return results;
}

void return_values(IrBuilder& builder, const wasm::FunctionType& type, ArrayRef<Value*> values) {
  if (Chunk::returns_in_memory(type)) {
    Function* function = builder.GetInsertBlock()->getParent();
    store_slots(builder, function->getArg(Chunk::kResultsArgument), type.results, values);
    builder.CreateRetVoid();
  } else if (values.empty()) {
    builder.CreateRetVoid();
  } else if (values.size() == 1) {
    builder.CreateRet(values[0]);
  } else {
    builder.CreateAggregateRet(SmallVector<Value*>(values).data(),
                               static_cast<unsigned>(values.size()));
  }
}

}  // namespace wherry::compiler
