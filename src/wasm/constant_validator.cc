#include "wasm/constant_validator.h"

#include "wasm/offset_error.h"

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
  if (operands_.size() == 1 && operands_.front() == expected) return {};
  return fail_at(expression.offset, ErrorCode::Invalid,
                 "type mismatch: constant expression expected {}, found {}", to_string(expected),
                 operands_.size() == 1 ? to_string(operands_.front())
                                       : fmt::format("{} values", operands_.size()));
}

Result<> ConstantValidator::check(const Instruction& instruction, size_t globals_visible) {
  switch (instruction.opcode) {
    case Opcode::I32Const: operands_.push_back(ValueType::i32()); return {};
    case Opcode::I64Const: operands_.push_back(ValueType::i64()); return {};
    case Opcode::F32Const: operands_.push_back(ValueType::f32()); return {};
    case Opcode::F64Const: operands_.push_back(ValueType::f64()); return {};
    case Opcode::V128Const: operands_.push_back(ValueType::v128()); return {};
    case Opcode::RefNull:
      operands_.push_back(ValueType::reference(instruction.heap, true));
      return {};
    case Opcode::RefFunc: operands_.push_back(TRY(check_function(instruction))); return {};
    case Opcode::GlobalGet:
      operands_.push_back(TRY(check_global(instruction, globals_visible)));
      return {};
    case Opcode::I32Add:
    case Opcode::I32Sub:
    case Opcode::I32Mul: return check_binary(instruction, ValueType::i32());
    case Opcode::I64Add:
    case Opcode::I64Sub:
    case Opcode::I64Mul: return check_binary(instruction, ValueType::i64());
    default:
      return fail_at(instruction.offset, ErrorCode::Invalid,
                     "constant expression required, found {}", opcode_name(instruction.opcode));
  }
}

Result<> ConstantValidator::check_binary(const Instruction& instruction, ValueType type) {
  if (operands_.size() < 2) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: {} expected two operands, found {}",
                   opcode_name(instruction.opcode), operands_.size());
  }
  ValueType second = operands_.back();
  operands_.pop_back();
  ValueType first = operands_.back();  // stays, as the result
  if (first == type && second == type) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid,
                 "type mismatch: {} expected two of {}, found {} and {}",
                 opcode_name(instruction.opcode), to_string(type), to_string(first),
                 to_string(second));
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
  return ValueType::funcref();
}

}  // namespace wherry::wasm
