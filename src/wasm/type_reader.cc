#include "wasm/type_reader.h"

#include "wasm/limits.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kFunctionForm = 0x60;
constexpr uint8_t kTableWithInit = 0x40;

// The proposal that a type code belongs to, of value, heap and composite types; nullptr when it is
// none.
const char* later_feature(uint8_t code) {
  switch (code) {
    case 0x63:  // (ref null ht)
    case 0x64:  // (ref ht)
      return "typed function references";
    case 0x69:  // exn
    case 0x74:  // noexn
      return "exceptions";
    case 0x4e:  // rec
    case 0x4f:  // sub final
    case 0x50:  // sub
    case 0x5e:  // array
    case 0x5f:  // struct
    case 0x6a:  // array
    case 0x6b:  // struct
    case 0x6c:  // i31
    case 0x6d:  // eq
    case 0x6e:  // any
    case 0x71:  // none
    case 0x72:  // noextern
    case 0x73:  // nofunc
      return "garbage collection";
    default: return nullptr;
  }
}

std::unexpected<Error> refuse_type(uint32_t offset, uint8_t code, const char* noun) {
  if (const char* feature = later_feature(code)) {
    return fail_unsupported(offset, fmt::format("{} {:#04x}", noun, code), feature);
  }
  return fail_at(offset, ErrorCode::Malformed, "malformed {} {:#04x}", noun, code);
}

struct AddressedLimits {
  Limits limits;
  bool is_64;
};

// Core 3.0 §5.3.10. The flags: bit 0 has a maximum, bit 1 is shared, bit 2 has 64-bit addresses.
Result<AddressedLimits> read_limits(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t flags = TRY(reader.read_byte());
  if (flags > 0x07) {
    return fail_at(start, ErrorCode::Malformed, "malformed limits flags {:#04x}", flags);
  }
  if ((flags & 0x02) != 0) return fail_unsupported(start, "a shared memory or table", "threads");
  Limits limits;
  limits.min = TRY(reader.read_u64());
  if ((flags & 0x01) != 0) limits.max = TRY(reader.read_u64());
  return AddressedLimits{.limits = limits, .is_64 = (flags & 0x04) != 0};
}

Result<std::vector<ValueType>> read_value_types(ByteReader& reader, const CountLimit& limit) {
  uint32_t count = TRY(read_count(reader, limit));
  std::vector<ValueType> types;
  types.reserve(count);
  for (uint32_t i = 0; i < count; ++i) types.push_back(TRY(read_value_type(reader)));
  return types;
}

}  // namespace

Result<ValueType> read_value_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t code = TRY(reader.read_byte());
  switch (code) {
    case 0x7f: return ValueType::i32();
    case 0x7e: return ValueType::i64();
    case 0x7d: return ValueType::f32();
    case 0x7c: return ValueType::f64();
    case 0x7b: return ValueType::v128();
    case 0x70: return ValueType::funcref();
    case 0x6f: return ValueType::externref();
    default: return refuse_type(start, code, "value type");
  }
}

Result<ValueType> read_reference_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  ValueType type = TRY(read_value_type(reader));
  if (!type.is_reference()) {
    return fail_at(start, ErrorCode::Malformed, "malformed reference type: {} is none",
                   to_string(type));
  }
  return type;
}

Result<HeapType> read_heap_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  int64_t code = TRY(reader.read_s33());
  if (code == HeapType::kFunc) return HeapType::func();
  if (code == HeapType::kExtern) return HeapType::external();
  if (code >= 0) {
    return fail_unsupported(start, fmt::format("heap type {}", code), "typed function references");
  }
  if (code < -0x40) return fail_at(start, ErrorCode::Malformed, "malformed heap type {}", code);
  return refuse_type(start, static_cast<uint8_t>(code & 0x7f), "heap type");
}

Result<FunctionType> read_function_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t form = TRY(reader.read_byte());
  if (form != kFunctionForm) return refuse_type(start, form, "type definition");
  FunctionType type;
  type.params = TRY(
      read_value_types(reader, {.noun = "function parameters", .max = limits::kFunctionParams}));
  type.results =
      TRY(read_value_types(reader, {.noun = "function results", .max = limits::kFunctionResults}));
  return type;
}

Result<TableType> read_table_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  if (!reader.at_end() && static_cast<uint8_t>(reader.rest().front()) == kTableWithInit) {
    return fail_unsupported(start, "a table with an initial value", "typed function references");
  }
  TableType type;
  type.element = TRY(read_reference_type(reader));
  AddressedLimits limits = TRY(read_limits(reader));
  type.limits = limits.limits;
  type.is_64 = limits.is_64;
  return type;
}

Result<MemoryType> read_memory_type(ByteReader& reader) {
  AddressedLimits limits = TRY(read_limits(reader));
  return MemoryType{.limits = limits.limits, .is_64 = limits.is_64};
}

Result<GlobalType> read_global_type(ByteReader& reader) {
  GlobalType type;
  type.value = TRY(read_value_type(reader));
  uint32_t start = reader.offset();
  uint8_t mutability = TRY(reader.read_byte());
  if (mutability > 1) {
    return fail_at(start, ErrorCode::Malformed, "malformed mutability {:#04x}", mutability);
  }
  type.is_mutable = mutability == 1;
  return type;
}

Result<uint32_t> read_count(ByteReader& reader, const CountLimit& limit) {
  uint32_t start = reader.offset();
  uint32_t count = TRY(reader.read_u32());
  if (count > reader.remaining()) {
    return fail_at(start, ErrorCode::Malformed, "unexpected end: {} {} in {} bytes", count,
                   limit.noun, reader.remaining());
  }
  if (limit.there + count > limit.max) {
    return fail_at(start, ErrorCode::Invalid, "{} {} exceed the limit of {}", limit.there + count,
                   limit.noun, limit.max);
  }
  return count;
}

}  // namespace wherry::wasm
