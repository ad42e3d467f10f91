#include "wasm/types.h"

#include <fmt/format.h>

#include <span>

namespace wherry::wasm {
namespace {

std::string to_string(HeapType heap) {
  if (heap.is_concrete()) return fmt::format("{}", raw(heap.index()));
  switch (heap.code()) {
    case HeapType::kNoExn:
      return "noexn";
    case HeapType::kNoFunc:
      return "nofunc";
    case HeapType::kNoExtern:
      return "noextern";
    case HeapType::kNone:
      return "none";
    case HeapType::kFunc:
      return "func";
    case HeapType::kExtern:
      return "extern";
    case HeapType::kAny:
      return "any";
    case HeapType::kEq:
      return "eq";
    case HeapType::kI31:
      return "i31";
    case HeapType::kStruct:
      return "struct";
    case HeapType::kArray:
      return "array";
    default:
      return "exn";
  }
}

// Of a nullable reference: "funcref", but "nullref" for none, "nullfuncref" for nofunc.
std::string shorthand(HeapType heap) {
  std::string name = to_string(heap);
  return (name.starts_with("no") ? "null" + name.substr(heap.code() == HeapType::kNone ? 4 : 2)
                                 : name) +
         "ref";
}

std::string join(std::span<const ValueType> types) {
  std::string text = "[";
  for (ValueType type : types) {
    if (text.size() > 1) text += ' ';
    text += to_string(type);
  }
  return text + ']';
}

}  // namespace

std::string to_string(ValueType type) {
  switch (type.kind()) {
    case ValueType::Kind::I32:
      return "i32";
    case ValueType::Kind::I64:
      return "i64";
    case ValueType::Kind::F32:
      return "f32";
    case ValueType::Kind::F64:
      return "f64";
    case ValueType::Kind::V128:
      return "v128";
    case ValueType::Kind::Reference:
      break;
  }
  if (type.nullable() && !type.heap().is_concrete()) return shorthand(type.heap());
  return fmt::format("(ref {}{})", type.nullable() ? "null " : "", to_string(type.heap()));
}

std::string to_string(const FunctionType& type) {
  return join(type.params) + " -> " + join(type.results);
}

}  // namespace wherry::wasm
