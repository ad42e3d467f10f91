#include "compiler/calling_convention.h"

#include "compiler/chunk.h"

namespace wherry::compiler {

namespace {

constexpr uint32_t kWordBytes = 8;
constexpr uint32_t kVectorBytes = 16;
constexpr uint32_t kStackAlignment = 16;

bool is_float(wasm::ValueType type) {
  return type == wasm::ValueType::f32() || type == wasm::ValueType::f64();
}

}  // namespace

uint32_t stack_argument_bytes(const wasm::FunctionType& type) {
  uint32_t integers = 6 - Chunk::first_param(type);
  uint32_t vectors = 8;
  uint32_t bytes = 0;
  for (wasm::ValueType param : type.params) {
    bool is_vector = param == wasm::ValueType::v128();
    uint32_t& registers = is_vector || is_float(param) ? vectors : integers;
    if (registers > 0) {
      --registers;
      continue;
    }
    if (is_vector) bytes = (bytes + kVectorBytes - 1) / kVectorBytes * kVectorBytes;
    bytes += is_vector ? kVectorBytes : kWordBytes;
  }
  // The return address and the arguments together keep the alignment.
  return (bytes + kWordBytes + kStackAlignment - 1) / kStackAlignment * kStackAlignment -
         kWordBytes;
}

}  // namespace wherry::compiler
