#include "compiler/calling_convention.h"

namespace wherry::compiler {

namespace {

constexpr uint32_t kWordBytes = 8;
constexpr uint32_t kVectorBytes = 16;
constexpr uint32_t kStackAlignment = 16;

bool is_float(wasm::ValueType type) {
  return type == wasm::ValueType::f32() || type == wasm::ValueType::f64();
}

// Results beyond rax, rdx, rcx, beyond xmm0 and xmm1 for floats or xmm0 to xmm3 for vectors: all go
// through memory, whose address is an argument.
bool has_results_in_memory(const wasm::FunctionType& type) {
  uint32_t integers = 0, vectors = 0;
  for (wasm::ValueType result : type.results) {
    bool is_vector = result == wasm::ValueType::v128();
    uint32_t& used = is_vector || is_float(result) ? vectors : integers;
    uint32_t available = is_vector ? 4 : is_float(result) ? 2 : 3;
    if (++used > available) return true;
  }
  return false;
}

}  // namespace

uint32_t stack_argument_bytes(const wasm::FunctionType& type) {
  uint32_t integers = has_results_in_memory(type) ? 4 : 5;  // one is the VmContext
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
