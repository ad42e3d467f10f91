#include "container/value_text.h"

#include <algorithm>
#include <bit>
#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>

namespace wherry::container {

namespace {

using wasm::ValueType;

// Takes a sign off the front. True: minus.
bool take_minus(std::string_view& text) {
  const bool minus = text.starts_with('-');
  if (minus || text.starts_with('+')) text.remove_prefix(1);
  return minus;
}

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

template <class Number, class... Base>
std::optional<Number> read_whole(std::string_view text, Base... base) {
  Number value{};
  const char* end = text.data() + text.size();
  auto [stopped, error] = std::from_chars(text.data(), end, value, base...);
  if (error != std::errc() || stopped != end || text.empty()) return std::nullopt;
  return value;
}

// The low `bits` bits of a number between -2^(bits-1) and 2^bits - 1.
std::optional<uint64_t> read_integer(std::string_view text, unsigned bits) {
  const bool minus = take_minus(text);
  const int base = take(text, "0x") ? 16 : 10;
  if (text.starts_with('-')) return std::nullopt;
  auto magnitude = read_whole<uint64_t>(text, base);
  if (!magnitude) return std::nullopt;
  const uint64_t mask = ~uint64_t{0} >> (64 - bits);
  if (*magnitude > (minus ? (mask >> 1) + 1 : mask)) return std::nullopt;
  return (minus ? 0 - *magnitude : *magnitude) & mask;
}

template <class Float>
struct Layout;
template <>
struct Layout<float> {
  using Bits = uint32_t;
  static constexpr unsigned kMantissaBits = 23;
};
template <>
struct Layout<double> {
  using Bits = uint64_t;
  static constexpr unsigned kMantissaBits = 52;
};

template <class Float>
std::optional<uint64_t> read_float(std::string_view text) {
  using Bits = typename Layout<Float>::Bits;
  constexpr Bits kMantissa = (Bits{1} << Layout<Float>::kMantissaBits) - 1;
  const Bits sign = take_minus(text) ? Bits{1} << (sizeof(Bits) * 8 - 1) : 0;
  const Bits infinity = std::bit_cast<Bits>(std::numeric_limits<Float>::infinity());
  if (text == "inf") return sign | infinity;
  if (text == "nan") return sign | infinity | ((kMantissa + 1) >> 1);
  if (take(text, "nan:0x")) {
    auto payload = read_whole<Bits>(text, 16);
    if (!payload || *payload == 0 || *payload > kMantissa) return std::nullopt;
    return sign | infinity | *payload;
  }
  const auto format = take(text, "0x") ? std::chars_format::hex : std::chars_format::general;
  if (text.empty() || !(text[0] == '.' || std::isxdigit(static_cast<unsigned char>(text[0]))))
    return std::nullopt;  // from_chars would take a second sign, and other spellings of nan
  auto value = read_whole<Float>(text, format);
  if (!value) return std::nullopt;
  return sign | std::bit_cast<Bits>(*value);
}

struct Shape {
  std::string_view prefix;
  unsigned lanes;
  bool is_float;
};
constexpr Shape kShapes[] = {{"i8x16:", 16, false}, {"i16x8:", 8, false}, {"i32x4:", 4, false},
                             {"i64x2:", 2, false},  {"f32x4:", 4, true},  {"f64x2:", 2, true}};

std::optional<uint64_t> read_lane(const Shape& shape, std::string_view text) {
  if (!shape.is_float) return read_integer(text, 128 / shape.lanes);
  return shape.lanes == 4 ? read_float<float>(text) : read_float<double>(text);
}

bool read_vector(std::string_view text, std::span<uint64_t> slots) {
  auto shape = std::ranges::find_if(
      kShapes, [&](const Shape& each) { return text.starts_with(each.prefix); });
  if (shape == std::end(kShapes)) return false;
  text.remove_prefix(shape->prefix.size());
  const unsigned lane_bits = 128 / shape->lanes;
  slots[0] = slots[1] = 0;
  for (unsigned lane = 0; lane < shape->lanes; ++lane) {
    const size_t comma = text.find(',');
    const bool is_last = lane + 1 == shape->lanes;
    auto bits = read_lane(*shape, text.substr(0, comma));
    if (!bits || (comma == text.npos) != is_last) return false;
    slots[lane * lane_bits / 64] |= *bits << (lane * lane_bits % 64);
    if (!is_last) text.remove_prefix(comma + 1);
  }
  return true;
}

bool read_into(ValueType type, std::string_view text, std::span<uint64_t> slots) {
  std::optional<uint64_t> bits;
  switch (type.kind()) {
    case ValueType::Kind::I32:
      bits = read_integer(text, 32);
      break;
    case ValueType::Kind::I64:
      bits = read_integer(text, 64);
      break;
    case ValueType::Kind::F32:
      bits = read_float<float>(text);
      break;
    case ValueType::Kind::F64:
      bits = read_float<double>(text);
      break;
    case ValueType::Kind::V128:
      return read_vector(text, slots);
    case ValueType::Kind::Reference:
      if (text == "null") bits = 0;
      break;
  }
  if (bits) slots[0] = *bits;
  return bits.has_value();
}

template <class Float>
std::string float_text(typename Layout<Float>::Bits bits) {
  using Bits = typename Layout<Float>::Bits;
  constexpr Bits kMantissa = (Bits{1} << Layout<Float>::kMantissaBits) - 1;
  const auto value = std::bit_cast<Float>(bits);
  if (!std::isnan(value)) return fmt::format("{}", value);
  return fmt::format("{}nan:{:#x}", std::signbit(value) ? "-" : "", bits & kMantissa);
}

}  // namespace

Result<> parse_value(ValueType type, std::string_view text, std::span<uint64_t> slots) {
  if (type.is_reference() && !type.nullable())
    return fail(ErrorCode::Unsupported, "a value of type {} cannot be written on a command line",
                wasm::to_string(type));
  if (read_into(type, text, slots)) return {};
  return fail(ErrorCode::Invalid, "'{}' is no {}", text, wasm::to_string(type));
}

std::string format_value(ValueType type, std::span<const uint64_t> slots) {
  const uint64_t bits = slots[0];
  const auto low = static_cast<uint32_t>(bits);
  std::string text;
  switch (type.kind()) {
    case ValueType::Kind::I32:
      text = fmt::format("{}", static_cast<int32_t>(low));
      break;
    case ValueType::Kind::I64:
      text = fmt::format("{}", static_cast<int64_t>(bits));
      break;
    case ValueType::Kind::F32:
      text = float_text<float>(low);
      break;
    case ValueType::Kind::F64:
      text = float_text<double>(bits);
      break;
    case ValueType::Kind::V128:
      text = fmt::format("i32x4:{:#x},{:#x},{:#x},{:#x}", low, bits >> 32,
                         static_cast<uint32_t>(slots[1]), slots[1] >> 32);
      break;
    case ValueType::Kind::Reference:
      text = bits == 0 ? "null" : "not null";
      break;
  }
  return wasm::to_string(type) + " " + text;
}

}  // namespace wherry::container
