#include "wasm/type_reader.h"

#include "wasm/limits.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

constexpr uint8_t kArrayForm = 0x5e;
constexpr uint8_t kStructForm = 0x5f;
constexpr uint8_t kFunctionForm = 0x60;
constexpr uint8_t kSub = 0x50;
constexpr uint8_t kSubFinal = 0x4f;
constexpr uint8_t kNullable = 0x63;  // (ref null ht)
constexpr uint8_t kNonNull = 0x64;   // (ref ht)
constexpr uint8_t kI8 = 0x78;
constexpr uint8_t kI16 = 0x77;

struct AddressedLimits {
  Limits limits;
  bool shared;
  bool is_64;
};

// Core 3.0 §5.3.10. The flags: bit 0 has a maximum, bit 1 is shared, bit 2 has 64-bit addresses.
Result<AddressedLimits> read_limits(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t flags = TRY(reader.read_byte());
  if (flags > 0x07) {
    return fail_at(start, ErrorCode::Malformed, "malformed limits flags {:#04x}", flags);
  }
  Limits limits;
  limits.min = TRY(reader.read_u64());
  if ((flags & 0x01) != 0) limits.max = TRY(reader.read_u64());
  return AddressedLimits{
      .limits = limits, .shared = (flags & 0x02) != 0, .is_64 = (flags & 0x04) != 0};
}

Result<bool> read_mutability(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t mutability = TRY(reader.read_byte());
  if (mutability <= 1) return mutability == 1;
  return fail_at(start, ErrorCode::Malformed, "malformed mutability {:#04x}", mutability);
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
    case 0x7f:
      return ValueType::i32();
    case 0x7e:
      return ValueType::i64();
    case 0x7d:
      return ValueType::f32();
    case 0x7c:
      return ValueType::f64();
    case 0x7b:
      return ValueType::v128();
    case kNullable:
      return ValueType::reference(TRY(read_heap_type(reader)), true);
    case kNonNull:
      return ValueType::reference(TRY(read_heap_type(reader)), false);
    default:
      break;
  }
  // The code of a heap type alone is a nullable reference to it.
  int32_t heap = int32_t{code} - 0x80;
  if (HeapType::is_abstract(heap)) return ValueType::reference(HeapType::abstract(heap), true);
  return fail_at(start, ErrorCode::Malformed, "malformed value type {:#04x}", code);
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
  if (HeapType::is_abstract(code)) return HeapType::abstract(static_cast<int32_t>(code));
  if (code < 0) return fail_at(start, ErrorCode::Malformed, "malformed heap type {}", code);
  if (code >= limits::kTypes) {
    return fail_at(start, ErrorCode::Invalid, "unknown type {}: a module has at most {}", code,
                   limits::kTypes);
  }
  return HeapType::of(TypeIndex(static_cast<uint32_t>(code)));
}

// Core 3.0 §5.3.6
static Result<FieldType> read_field_type(ByteReader& reader) {
  FieldType field;
  uint8_t code = reader.at_end() ? uint8_t{0} : static_cast<uint8_t>(reader.rest().front());
  if (code == kI8 || code == kI16) {
    TRY(reader.read_byte());
    field.storage.packing = code == kI8 ? StorageType::Packing::I8 : StorageType::Packing::I16;
  } else {
    field.storage.value = TRY(read_value_type(reader));
  }
  field.is_mutable = TRY(read_mutability(reader));
  return field;
}

static Result<FunctionType> read_function_type(ByteReader& reader) {
  FunctionType type;
  type.params = TRY(
      read_value_types(reader, {.noun = "function parameters", .max = limits::kFunctionParams}));
  type.results =
      TRY(read_value_types(reader, {.noun = "function results", .max = limits::kFunctionResults}));
  return type;
}

static Result<StructType> read_struct_type(ByteReader& reader) {
  uint32_t count =
      TRY(read_count(reader, {.noun = "fields of a struct", .max = limits::kStructFields}));
  StructType type;
  type.fields.reserve(count);
  for (uint32_t i = 0; i < count; ++i) type.fields.push_back(TRY(read_field_type(reader)));
  return type;
}

Result<SubType> read_sub_type(ByteReader& reader) {
  uint32_t start = reader.offset();
  uint8_t form = TRY(reader.read_byte());
  SubType type;
  if (form == kSub || form == kSubFinal) {
    type.is_final = form == kSubFinal;
    uint32_t supertypes = TRY(reader.read_u32());
    if (supertypes > 1) {
      return fail_at(start, ErrorCode::Invalid, "sub type with {} supertypes: one is the most",
                     supertypes);
    }
    if (supertypes == 1) type.supertype = TypeIndex(TRY(reader.read_u32()));
    start = reader.offset();
    form = TRY(reader.read_byte());
  }
  switch (form) {
    case kFunctionForm:
      type.composite = TRY(read_function_type(reader));
      return type;
    case kStructForm:
      type.composite = TRY(read_struct_type(reader));
      return type;
    case kArrayForm:
      type.composite = ArrayType{TRY(read_field_type(reader))};
      return type;
    default:
      return fail_at(start, ErrorCode::Malformed, "malformed type definition {:#04x}", form);
  }
}

Result<TableType> read_table_type(ByteReader& reader) {
  TableType type;
  type.element = TRY(read_reference_type(reader));
  uint32_t start = reader.offset();
  AddressedLimits limits = TRY(read_limits(reader));
  if (limits.shared) return fail_unsupported(start, "a shared table", "shared-everything threads");
  type.limits = limits.limits;
  type.is_64 = limits.is_64;
  return type;
}

Result<MemoryType> read_memory_type(ByteReader& reader) {
  AddressedLimits limits = TRY(read_limits(reader));
  return MemoryType{.limits = limits.limits, .is_64 = limits.is_64, .shared = limits.shared};
}

Result<GlobalType> read_global_type(ByteReader& reader) {
  GlobalType type;
  type.value = TRY(read_value_type(reader));
  type.is_mutable = TRY(read_mutability(reader));
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
