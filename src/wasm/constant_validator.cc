#include "wasm/constant_validator.h"

#include "wasm/offset_error.h"
#include "wasm/type_validator.h"

namespace wherry::wasm {

Result<> ConstantValidator::validate(const ConstantExpression& expression, ValueType expected,
                                     size_t globals_visible) {
  operands_.clear();
  InstructionReader reader(expression.code, expression.offset);
  for (;;) {
    Instruction instruction = TRY(reader.next());
    if (instruction.opcode == Opcode::End) break;  // no block may be open
    TRY(check(instruction, globals_visible));
  }
  if (operands_.size() == 1 && types_.matches(operands_.front(), expected)) return {};
  return fail_at(expression.offset, ErrorCode::Invalid,
                 "type mismatch: constant expression expected {}, found {}", to_string(expected),
                 operands_.size() == 1 ? to_string(operands_.front())
                                       : fmt::format("{} values", operands_.size()));
}

Result<> ConstantValidator::check(const Instruction& instruction, size_t globals_visible) {
  switch (instruction.opcode) {
    case Opcode::I32Const:
      operands_.push_back(ValueType::i32());
      return {};
    case Opcode::I64Const:
      operands_.push_back(ValueType::i64());
      return {};
    case Opcode::F32Const:
      operands_.push_back(ValueType::f32());
      return {};
    case Opcode::F64Const:
      operands_.push_back(ValueType::f64());
      return {};
    case Opcode::V128Const:
      operands_.push_back(ValueType::v128());
      return {};
    case Opcode::RefNull:
      return check_null(instruction);
    case Opcode::RefFunc:
      operands_.push_back(TRY(check_function(instruction)));
      return {};
    case Opcode::GlobalGet:
      operands_.push_back(TRY(check_global(instruction, globals_visible)));
      return {};
    case Opcode::I32Add:
    case Opcode::I32Sub:
    case Opcode::I32Mul:
      return check_binary(instruction, ValueType::i32());
    case Opcode::I64Add:
    case Opcode::I64Sub:
    case Opcode::I64Mul:
      return check_binary(instruction, ValueType::i64());
    default:
      return check_aggregate(instruction);
  }
}

Result<> ConstantValidator::check_aggregate(const Instruction& instruction) {
  const HeapType any = HeapType::abstract(HeapType::kAny);
  switch (instruction.opcode) {
    case Opcode::StructNew:
    case Opcode::StructNewDefault:
      return check_new_struct(instruction);
    case Opcode::ArrayNew:
    case Opcode::ArrayNewDefault:
    case Opcode::ArrayNewFixed:
      return check_new_array(instruction);
    case Opcode::AnyConvertExtern:
      return check_conversion(instruction, HeapType::external(), any);
    case Opcode::ExternConvertAny:
      return check_conversion(instruction, any, HeapType::external());
    case Opcode::RefI31: {
      TRY(pop(instruction, ValueType::i32()));
      operands_.push_back(ValueType::reference(HeapType::abstract(HeapType::kI31), false));
      return {};
    }
    default:
      return fail_at(instruction.offset, ErrorCode::Invalid,
                     "constant expression required, found {}", opcode_name(instruction.opcode));
  }
}

Result<> ConstantValidator::check_binary(const Instruction& instruction, ValueType type) {
  TRY(pop(instruction, type));
  TRY(pop(instruction, type));
  operands_.push_back(type);
  return {};
}

Result<> ConstantValidator::pop(const Instruction& instruction, ValueType expected) {
  if (!operands_.empty() && types_.matches(operands_.back(), expected)) {
    operands_.pop_back();
    return {};
  }
  return fail_at(instruction.offset, ErrorCode::Invalid, "type mismatch: {} expected {}, found {}",
                 opcode_name(instruction.opcode), to_string(expected),
                 operands_.empty() ? "nothing" : to_string(operands_.back()));
}

Result<ValueType> ConstantValidator::check_global(const Instruction& instruction,
                                                  size_t globals_visible) const {
  if (instruction.index >= globals_visible) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "unknown global {} in a constant expression: {} are defined before it",
                   instruction.index, globals_visible);
  }
  const GlobalType& global = module_.globals[instruction.index];
  if (global.is_mutable) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "constant expression required: global {} is mutable", instruction.index);
  }
  return global.value;
}

Result<ValueType> ConstantValidator::check_function(const Instruction& instruction) {
  if (instruction.index >= module_.functions.size()) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown function {}: the module has {}",
                   instruction.index, module_.functions.size());
  }
  referenced_functions_[instruction.index] = true;
  return ValueType::reference(HeapType::of(module_.functions[instruction.index]), false);
}

Result<> ConstantValidator::check_null(const Instruction& instruction) {
  ValueType type = ValueType::reference(instruction.heap, true);
  TRY(with_context(check_type_exists(type, module_.types.size()), "at offset {:#x}",
                   instruction.offset));
  operands_.push_back(type);
  return {};
}

Result<> ConstantValidator::check_new_struct(const Instruction& instruction) {
  const StructType* type = nullptr;
  if (instruction.index < module_.types.size())
    type = std::get_if<StructType>(&module_.types[instruction.index].composite);
  if (type == nullptr) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown struct type {}",
                   instruction.index);
  }
  for (size_t i = type->fields.size(); i-- > 0;) {
    ValueType field = type->fields[i].storage.value;
    if (instruction.opcode == Opcode::StructNew) {
      TRY(pop(instruction, field));
    } else if (!field.is_defaultable()) {
      return fail_at(instruction.offset, ErrorCode::Invalid, "field {} has no default value", i);
    }
  }
  return push_new(instruction.index);
}

Result<> ConstantValidator::check_new_array(const Instruction& instruction) {
  const ArrayType* type = nullptr;
  if (instruction.index < module_.types.size())
    type = std::get_if<ArrayType>(&module_.types[instruction.index].composite);
  if (type == nullptr) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown array type {}",
                   instruction.index);
  }
  ValueType element = type->element.storage.value;
  if (instruction.opcode == Opcode::ArrayNewFixed) {
    for (uint32_t i = 0; i < instruction.index2; ++i) TRY(pop(instruction, element));
    return push_new(instruction.index);
  }
  TRY(pop(instruction, ValueType::i32()));
  if (instruction.opcode == Opcode::ArrayNew) {
    TRY(pop(instruction, element));
  } else if (!element.is_defaultable()) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "elements have no default value");
  }
  return push_new(instruction.index);
}

Result<> ConstantValidator::check_conversion(const Instruction& instruction, HeapType from,
                                             HeapType to) {
  bool nullable = operands_.empty() || operands_.back().nullable();
  TRY(pop(instruction, ValueType::reference(from, true)));
  operands_.push_back(ValueType::reference(to, nullable));
  return {};
}

Result<> ConstantValidator::push_new(uint32_t type) {
  operands_.push_back(ValueType::reference(HeapType::of(TypeIndex(type)), false));
  return {};
}

}  // namespace wherry::wasm
