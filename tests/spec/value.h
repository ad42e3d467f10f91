// Values of the official suite's JSON: arguments, and expected results with their patterns.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "support/json.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::spec {

// An expected result, or an argument (which is always exact).
struct Value {
  enum class Pattern : uint8_t {
    Exact,
    CanonicalNan,
    ArithmeticNan,
    AnyReference,
    NullReference,
    Either
  };

  Pattern pattern = Pattern::Exact;
  wasm::ValueType type = wasm::ValueType::i32();  // unless NullReference or Either
  uint64_t bits = 0;                              // Exact: the slot
  std::vector<Value> choices;                     // Either
};

// Errors: Unsupported for types of later proposals; Malformed.
Result<Value> parse_value(const Json& json);
Result<std::vector<Value>> parse_values(const Json& array);

// Whether a result of `type`, in its slot, is what was expected.
bool matches(const Value& expected, wasm::ValueType type, uint64_t slot);

// "i32 5", "f32 nan:canonical"
std::string to_string(const Value& value);
std::string to_string(wasm::ValueType type, uint64_t slot);

}  // namespace wherry::spec
