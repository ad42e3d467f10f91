// The instructions of a function body on structs, arrays and i31. Core 3.0 §3.4.15 to §3.4.18.
#include <algorithm>

#include "wasm/function_validator.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

ValueType abstract_reference(int32_t heap, bool nullable) {
  return ValueType::reference(HeapType::abstract(heap), nullable);
}

ValueType reference_to(uint32_t type, bool nullable) {
  return ValueType::reference(HeapType::of(TypeIndex(type)), nullable);
}

bool is_defaultable(const FieldType& field) { return field.storage.value.is_defaultable(); }

}  // namespace

Result<> FunctionValidator::check_aggregate(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::RefTest:
    case Opcode::RefTestNull:
    case Opcode::RefCast:
    case Opcode::RefCastNull:
      return check_cast(instruction);
    case Opcode::BrOnCast:
    case Opcode::BrOnCastFail:
      return check_branch_on_cast(instruction);
    case Opcode::RefI31:
    case Opcode::I31GetS:
    case Opcode::I31GetU:
      return check_i31(instruction);
    case Opcode::AnyConvertExtern:
    case Opcode::ExternConvertAny:
      return check_conversion(instruction);
    case Opcode::StructNew:
    case Opcode::StructNewDefault:
    case Opcode::StructGet:
    case Opcode::StructGetS:
    case Opcode::StructGetU:
    case Opcode::StructSet:
      return check_struct(instruction);
    default:
      return check_array(instruction);
  }
}

Result<> FunctionValidator::check_i31(const Instruction& instruction) {
  if (instruction.opcode == Opcode::RefI31) {
    TRY(stacks_.pop(ValueType::i32()));
    return stacks_.push(abstract_reference(HeapType::kI31, false));
  }
  TRY(stacks_.pop(abstract_reference(HeapType::kI31, true)));
  return stacks_.push(ValueType::i32());
}

// The same reference, seen from the other side; it is null where it was.
Result<> FunctionValidator::check_conversion(const Instruction& instruction) {
  bool to_any = instruction.opcode == Opcode::AnyConvertExtern;
  ValueType operand = TRY(pop_reference(instruction));
  ValueType from = abstract_reference(to_any ? HeapType::kExtern : HeapType::kAny, true);
  if (!types_.matches(operand, from)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: {} expected {}, found {}", opcode_name(instruction.opcode),
                   to_string(from), to_string(operand));
  }
  return stacks_.push(
      abstract_reference(to_any ? HeapType::kAny : HeapType::kExtern, operand.nullable()));
}

Result<const StructType*> FunctionValidator::find_struct(const Instruction& instruction) const {
  if (instruction.index < module_.types.size())
    if (auto* type = std::get_if<StructType>(&module_.types[instruction.index].composite))
      return type;
  return fail_at(instruction.offset, ErrorCode::Invalid, "{}: unknown type {}, or it is no struct",
                 opcode_name(instruction.opcode), instruction.index);
}

Result<const FieldType*> FunctionValidator::find_array(const Instruction& instruction,
                                                       uint32_t index) const {
  if (index < module_.types.size())
    if (auto* type = std::get_if<ArrayType>(&module_.types[index].composite)) return &type->element;
  return fail_at(instruction.offset, ErrorCode::Invalid, "{}: unknown type {}, or it is no array",
                 opcode_name(instruction.opcode), index);
}

Result<> FunctionValidator::check_mutable(const Instruction& instruction,
                                          const FieldType& field) const {
  if (field.is_mutable) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid, "{}: the {} is immutable",
                 opcode_name(instruction.opcode),
                 opcode_name(instruction.opcode)[0] == 's' ? "field" : "array");
}

// Packed fields are read with a sign or without one, all others as they are.
Result<> FunctionValidator::check_packing(const Instruction& instruction,
                                          const FieldType& field) const {
  bool plain = instruction.opcode == Opcode::StructGet || instruction.opcode == Opcode::ArrayGet;
  if (plain != field.storage.is_packed()) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid, "{} of a field that is {}packed",
                 opcode_name(instruction.opcode), plain ? "" : "not ");
}

Result<> FunctionValidator::check_struct(const Instruction& instruction) {
  const StructType& type = *TRY(find_struct(instruction));
  const ValueType reference = reference_to(instruction.index, true);
  if (instruction.opcode == Opcode::StructNew) {
    for (size_t i = type.fields.size(); i-- > 0;) TRY(stacks_.pop(type.fields[i].storage.value));
    return stacks_.push(reference_to(instruction.index, false));
  }
  if (instruction.opcode == Opcode::StructNewDefault) {
    if (std::ranges::all_of(type.fields, is_defaultable))
      return stacks_.push(reference_to(instruction.index, false));
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "struct.new_default: type {} has a field without a default value",
                   instruction.index);
  }
  if (instruction.index2 >= type.fields.size()) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown field {}: type {} has {}",
                   instruction.index2, instruction.index, type.fields.size());
  }
  const FieldType& field = type.fields[instruction.index2];
  if (instruction.opcode == Opcode::StructSet) {
    TRY(check_mutable(instruction, field));
    TRY(stacks_.pop(field.storage.value));
    return stacks_.pop(reference);
  }
  TRY(check_packing(instruction, field));
  TRY(stacks_.pop(reference));
  return stacks_.push(field.storage.value);
}

Result<> FunctionValidator::check_array(const Instruction& instruction) {
  const ValueType i32 = ValueType::i32();
  if (instruction.opcode == Opcode::ArrayLen) {
    TRY(stacks_.pop(abstract_reference(HeapType::kArray, true)));
    return stacks_.push(i32);
  }
  const FieldType& element = *TRY(find_array(instruction, instruction.index));
  const ValueType value = element.storage.value;
  const ValueType reference = reference_to(instruction.index, true);
  switch (instruction.opcode) {
    case Opcode::ArrayGet:
    case Opcode::ArrayGetS:
    case Opcode::ArrayGetU: {
      TRY(check_packing(instruction, element));
      TRY(stacks_.pop(i32));
      TRY(stacks_.pop(reference));
      return stacks_.push(value);
    }
    case Opcode::ArraySet: {
      TRY(check_mutable(instruction, element));
      TRY(stacks_.pop(value));
      TRY(stacks_.pop(i32));
      return stacks_.pop(reference);
    }
    case Opcode::ArrayFill: {
      TRY(check_mutable(instruction, element));
      TRY(stacks_.pop(i32));
      TRY(stacks_.pop(value));
      TRY(stacks_.pop(i32));
      return stacks_.pop(reference);
    }
    case Opcode::ArrayCopy:
      return check_array_copy(instruction, element);
    case Opcode::ArrayInitData:
    case Opcode::ArrayInitElem: {
      TRY(check_mutable(instruction, element));
      TRY(check_array_source(instruction, element));
      TRY(check_simple("iii:"));
      return stacks_.pop(reference);
    }
    default:
      return check_array_new(instruction, element);
  }
}

Result<> FunctionValidator::check_array_new(const Instruction& instruction,
                                            const FieldType& element) {
  const ValueType i32 = ValueType::i32();
  switch (instruction.opcode) {
    case Opcode::ArrayNew: {
      TRY(stacks_.pop(i32));
      TRY(stacks_.pop(element.storage.value));
      break;
    }
    case Opcode::ArrayNewDefault: {
      TRY(stacks_.pop(i32));
      if (!is_defaultable(element)) {
        return fail_at(instruction.offset, ErrorCode::Invalid,
                       "array.new_default: elements of type {} have no default value",
                       instruction.index);
      }
      break;
    }
    case Opcode::ArrayNewFixed: {
      if (instruction.index2 > limits::kArrayNewFixed) {
        return fail_at(instruction.offset, ErrorCode::Invalid,
                       "array.new_fixed of {} elements exceeds the limit of {}", instruction.index2,
                       limits::kArrayNewFixed);
      }
      for (uint32_t i = 0; i < instruction.index2; ++i) TRY(stacks_.pop(element.storage.value));
      break;
    }
    default: {  // array.new_data, array.new_elem
      TRY(check_array_source(instruction, element));
      TRY(check_simple("ii:"));
    }
  }
  return stacks_.push(reference_to(instruction.index, false));
}

// The segment of array.new_data and its like: data for numbers, elements for references.
Result<> FunctionValidator::check_array_source(const Instruction& instruction,
                                               const FieldType& element) const {
  ValueType value = element.storage.value;
  if (instruction.opcode == Opcode::ArrayNewData || instruction.opcode == Opcode::ArrayInitData) {
    if (!value.is_reference()) return check_data_index(instruction, instruction.index2);
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: {}: array type is not numeric or vector",
                   opcode_name(instruction.opcode));
  }
  ValueType source = TRY(segment_element(instruction, instruction.index2));
  if (types_.matches(source, value)) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid,
                 "type mismatch: {}: elements of {} for an array of {}",
                 opcode_name(instruction.opcode), to_string(source), to_string(value));
}

Result<> FunctionValidator::check_array_copy(const Instruction& instruction,
                                             const FieldType& destination) {
  const FieldType& source = *TRY(find_array(instruction, instruction.index2));
  TRY(check_mutable(instruction, destination));
  if (!types_.matches(source.storage, destination.storage)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: array.copy: array types do not match: {} and {}",
                   instruction.index, instruction.index2);
  }
  TRY(check_simple("ii:"));
  TRY(stacks_.pop(reference_to(instruction.index2, true)));
  TRY(stacks_.pop(ValueType::i32()));
  return stacks_.pop(reference_to(instruction.index, true));
}

}  // namespace wherry::wasm
