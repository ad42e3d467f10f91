#include "compiler/calling_convention.h"

#include <algorithm>

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr uint32_t kIntegerRegisters = 6;
constexpr uint32_t kVectorRegisters = 8;
constexpr uint32_t kWordBytes = 8;

bool is_in_vector_register(wasm::ValueType type) {
  return type == wasm::ValueType::f32() || type == wasm::ValueType::f64() ||
         type == wasm::ValueType::v128();
}

Value* area_place(IrBuilder& builder, Value* context, uint32_t offset) {
  return builder.at(context, abi::InstanceLayout::kArgumentArea + offset);
}

}  // namespace

std::vector<std::optional<uint32_t>> argument_places(const wasm::FunctionType& type) {
  uint32_t integers = kIntegerRegisters - Chunk::first_param(type);
  uint32_t vectors = kVectorRegisters;
  uint32_t offset = 0;
  std::vector<std::optional<uint32_t>> places;
  for (wasm::ValueType param : type.params) {
    uint32_t& registers = is_in_vector_register(param) ? vectors : integers;
    if (registers > 0) {
      --registers;
      places.push_back(std::nullopt);
      continue;
    }
    places.push_back(offset);
    offset += kWordBytes * param.slots();
  }
  return places;
}

uint32_t argument_area_bytes(const wasm::FunctionType& type) {
  uint32_t bytes = 0;
  const auto places = argument_places(type);
  for (size_t index = 0; index < places.size(); ++index)
    if (places[index])
      bytes = std::max(bytes, *places[index] + kWordBytes * type.params[index].slots());
  return bytes;
}

SmallVector<Value*> place_arguments(IrBuilder& builder, const wasm::FunctionType& type,
                                    Value* context, Value* results, ArrayRef<Value*> arguments) {
  SmallVector<Value*> in_registers{context};
  if (Chunk::returns_in_memory(type)) in_registers.push_back(results);
  const auto places = argument_places(type);
  for (size_t index = 0; index < places.size(); ++index) {
    if (places[index])
      builder.store_field(arguments[index], area_place(builder, context, *places[index]));
    else
      in_registers.push_back(arguments[index]);
  }
  return in_registers;
}

Value* load_parameter(IrBuilder& builder, const wasm::FunctionType& type, uint32_t index) {
  const auto places = argument_places(type);
  if (places[index])
    return builder.load_field(builder.chunk().type(type.params[index]),
                              area_place(builder, builder.context(), *places[index]));
  auto before = std::count(places.begin(), places.begin() + index, std::nullopt);
  return builder.GetInsertBlock()->getParent()->getArg(Chunk::first_param(type) +
                                                       static_cast<unsigned>(before));
}

}  // namespace wherry::compiler
