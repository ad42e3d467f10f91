// Values of the official suite's JSON: arguments, and expected results with their patterns.
#pragma once

#include <array>
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
    Lanes,
    Either
  };

  Pattern pattern = Pattern::Exact;
  wasm::ValueType type = wasm::ValueType::i32();  // unless NullReference or Either
  std::array<uint64_t, 2> bits{};                 // Exact: the slot; of a v128 argument, both
  std::vector<Value> lanes;    // Lanes: each an Exact one (the low bits count) or a NaN's pattern
  std::vector<Value> choices;  // Either
};

// Errors: Unsupported for types of later proposals; Malformed.
Result<Value> parse_value(const Json& json);
Result<std::vector<Value>> parse_values(const Json& array);

// Whether a result of `type`, in its slots, is what was expected.
bool matches(const Value& expected, wasm::ValueType type, std::span<const uint64_t> slots);

// "i32 5", "f32 nan:canonical"
std::string to_string(const Value& value);
std::string to_string(wasm::ValueType type, std::span<const uint64_t> slots);

}  // namespace wherry::spec
