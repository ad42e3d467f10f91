#include "spec/value.h"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "abi/object_layout.h"
#include "runtime/type_registry.h"

namespace wherry::spec {

namespace {

using wasm::HeapType;
using wasm::ValueType;
using Pattern = Value::Pattern;

constexpr uint64_t kF32Exponent = 0x7f80'0000, kF32Quiet = 0x0040'0000, kF32Sign = 0x8000'0000;
constexpr uint64_t kF64Exponent = 0x7ff0'0000'0000'0000, kF64Quiet = 0x0008'0000'0000'0000;
constexpr uint64_t kF64Sign = 0x8000'0000'0000'0000;

Result<ValueType> parse_type(const std::string& name) {
  if (name == "i32") return ValueType::i32();
  if (name == "i64") return ValueType::i64();
  if (name == "f32") return ValueType::f32();
  if (name == "f64") return ValueType::f64();
  for (int32_t code = HeapType::kExn; code <= HeapType::kNoExn; ++code) {
    ValueType type = ValueType::reference(HeapType::abstract(code), true);
    if (name == wasm::to_string(type)) return type;
  }
  return fail(ErrorCode::Unsupported, "values of type {} are not supported", name);
}

Result<uint64_t> parse_number(const std::string& text) {
  uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    return fail(ErrorCode::Malformed, "no number: {}", text);
  return number;
}

// Of a v128: "i8", "f32".
struct LaneType {
  ValueType value = ValueType::i64();  // i64 stands for all integers
  uint32_t bits = 64;
};

Result<LaneType> parse_lane_type(const std::string& name) {
  if (name == "i8") return LaneType{.bits = 8};
  if (name == "i16") return LaneType{.bits = 16};
  if (name == "i32") return LaneType{.bits = 32};
  if (name == "i64") return LaneType{};
  if (name == "f32") return LaneType{ValueType::f32(), 32};
  if (name == "f64") return LaneType{ValueType::f64(), 64};
  return fail(ErrorCode::Malformed, "no lane type: {}", name);
}

// A number's bits, or a NaN's pattern.
Result<> parse_bits(const std::string& text, Value& value) {
  if (text == "nan:canonical")
    value.pattern = Pattern::CanonicalNan;
  else if (text == "nan:arithmetic")
    value.pattern = Pattern::ArithmeticNan;
  else
    value.bits[0] = TRY(parse_number(text));
  return {};
}

// Little-endian, as the lanes lie in the slots.
Result<Value> parse_vector(const Json& json) {
  const LaneType lane_type = TRY(parse_lane_type(TRY(json_string(json, "lane_type")).value_or("")));
  const Json* array = TRY(json_array(json, "value"));
  if (!array || array->size() != 128 / lane_type.bits)
    return fail(ErrorCode::Malformed, "v128 without its lanes");
  Value value;
  value.pattern = Pattern::Lanes;
  value.type = ValueType::v128();
  uint32_t place = 0;
  for (const Json& item : *array) {
    if (!item.is_string()) return fail(ErrorCode::Malformed, "a lane that is no string");
    Value lane;
    lane.type = lane_type.value;
    TRY(parse_bits(item.get<std::string>(), lane));
    value.bits[place / 64] |= lane.bits[0] << place % 64;
    value.lanes.push_back(std::move(lane));
    place += lane_type.bits;
  }
  return value;
}

bool matches_lanes(const std::vector<Value>& lanes, std::span<const uint64_t> slots) {
  const size_t lane_bits = 128 / lanes.size();
  for (size_t index = 0; index < lanes.size(); ++index) {
    const size_t place = index * lane_bits;
    const uint64_t mask = ~uint64_t{0} >> (64 - lane_bits);
    const uint64_t found = slots[place / 64] >> place % 64 & mask;
    if (!matches(lanes[index], lanes[index].type, {&found, 1})) return false;
  }
  return true;
}

// Only the low half of an i32's or f32's slot counts.
uint64_t significant(ValueType type, uint64_t slot) {
  bool half = type == ValueType::i32() || type == ValueType::f32();
  return half ? slot & 0xffff'ffff : slot;
}

// Core 3.0 §4.3.3 (NaNs): a canonical one has nothing but the quiet bit, an arithmetic one at least
// that.
bool is_nan(ValueType type, uint64_t bits, Pattern pattern) {
  bool single = type == ValueType::f32();
  uint64_t canonical = single ? kF32Exponent | kF32Quiet : kF64Exponent | kF64Quiet;
  if (pattern == Pattern::ArithmeticNan) return (bits & canonical) == canonical;
  return (bits & ~(single ? kF32Sign : kF64Sign)) == canonical;
}

// Whether a result of `type` is a reference to something of an abstract type: what it is, it says
// itself (abi/object_layout.h), if it is more than its type says.
bool is_reference_to(HeapType heap, ValueType type, uint64_t slot) {
  if (!type.is_reference() || slot == 0) return false;
  if (runtime::matches(type, ValueType::reference(heap, true))) return true;
  uint64_t tag = slot & abi::kTagMask;
  if (heap.code() == HeapType::kI31) return (tag & abi::kI31Tag) != 0;
  if (heap.code() == HeapType::kEq) return tag != abi::kExternalTag;
  if (!runtime::may_be_object(type) || tag != 0) return false;
  uint64_t descriptor;
  std::memcpy(&descriptor, reinterpret_cast<const void*>(slot), sizeof descriptor);
  uint32_t kind = runtime::descriptor_of(descriptor).kind;
  return (heap.code() == HeapType::kStruct && kind == abi::kStructKind) ||
         (heap.code() == HeapType::kArray && kind == abi::kArrayKind);
}

}  // namespace

Result<Value> parse_value(const Json& json) {
  std::string type = TRY(json_string(json, "type")).value_or("");
  Value value;
  if (type == "either") {
    value.pattern = Pattern::Either;
    const Json* choices = TRY(json_array(json, "values"));
    if (!choices) return fail(ErrorCode::Malformed, "either without values");
    value.choices = TRY(parse_values(*choices));
    return value;
  }
  if (type == "refnull") {
    value.pattern = Pattern::NullReference;
    return value;
  }
  if (type == "v128") return parse_vector(json);
  value.type = TRY(parse_type(type));
  std::optional<std::string> text = TRY(json_string(json, "value"));
  if (!text) {
    value.pattern = Pattern::AnyReference;
  } else if (*text != "null") {
    TRY(parse_bits(*text, value));
    if (value.type.is_reference()) value.bits[0] = abi::external_reference(value.bits[0]);
  }
  return value;
}

Result<std::vector<Value>> parse_values(const Json& array) {
  std::vector<Value> values;
  for (const Json& item : array) values.push_back(TRY(parse_value(item)));
  return values;
}

bool matches(const Value& expected, ValueType type, std::span<const uint64_t> slots) {
  const uint64_t slot = slots[0];
  switch (expected.pattern) {
    case Pattern::Either:
      return std::ranges::any_of(expected.choices,
                                 [&](const Value& v) { return matches(v, type, slots); });
    case Pattern::NullReference:
      return type.is_reference() && slot == 0;
    case Pattern::AnyReference:
      return is_reference_to(expected.type.heap(), type, slot);
    case Pattern::CanonicalNan:
    case Pattern::ArithmeticNan:
      return type == expected.type && is_nan(type, significant(type, slot), expected.pattern);
    case Pattern::Lanes:
      return type == expected.type && matches_lanes(expected.lanes, slots);
    case Pattern::Exact:
      break;
  }
  if (expected.type.is_reference()) return type.is_reference() && slot == expected.bits[0];
  return type == expected.type && significant(type, slot) == significant(type, expected.bits[0]);
}

std::string to_string(ValueType type, std::span<const uint64_t> slots) {
  const uint64_t slot = slots[0];
  if (type == ValueType::v128()) return fmt::format("v128 {:#018x} {:016x}", slots[1], slot);
  return fmt::format("{} {:#x}", wasm::to_string(type), significant(type, slot));
}

std::string to_string(const Value& value) {
  switch (value.pattern) {
    case Pattern::Either: {
      std::string text;
      for (const Value& choice : value.choices)
        text += (text.empty() ? "" : " or ") + to_string(choice);
      return text;
    }
    case Pattern::NullReference:
      return "a null reference";
    case Pattern::AnyReference:
      return "a reference that is not null";
    case Pattern::CanonicalNan:
      return wasm::to_string(value.type) + " nan:canonical";
    case Pattern::ArithmeticNan:
      return wasm::to_string(value.type) + " nan:arithmetic";
    case Pattern::Lanes: {
      std::string text = "v128";
      for (const Value& lane : value.lanes) text += " (" + to_string(lane) + ")";
      return text;
    }
    case Pattern::Exact:
      break;
  }
  return to_string(value.type, value.bits);
}

}  // namespace wherry::spec
