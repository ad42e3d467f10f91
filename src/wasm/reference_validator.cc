// The instructions of a function body that take references as such: to functions, null or not, and
// of one type or another. Core 3.0 §3.4.5 (branches), §3.4.6 (calls), §3.4.14 (references).
#include "wasm/function_validator.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

ValueType non_null(ValueType type) { return ValueType::reference(type.heap(), false); }

// What remains of a type where a cast to another has failed.
ValueType difference(ValueType from, ValueType to) { return to.nullable() ? non_null(from) : from; }

}  // namespace

Result<> FunctionValidator::check_reference(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::RefNull: {
      ValueType type = ValueType::reference(instruction.heap, true);
      TRY(check_type(instruction, type));
      return stacks_.push(type);
    }
    case Opcode::RefIsNull: {
      TRY(pop_reference(instruction));
      return stacks_.push(ValueType::i32());
    }
    case Opcode::RefAsNonNull:
      return stacks_.push(non_null(TRY(pop_reference(instruction))));
    case Opcode::RefEq: {
      const ValueType eq = ValueType::reference(HeapType::abstract(HeapType::kEq), true);
      TRY(stacks_.pop(eq));
      TRY(stacks_.pop(eq));
      return stacks_.push(ValueType::i32());
    }
    default:
      return check_function_reference(instruction);
  }
}

Result<> FunctionValidator::check_function_reference(const Instruction& instruction) {
  TRY(check_function_index(instruction));
  if (!referenced_functions_[instruction.index]) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "undeclared function reference: function {} is in no export, element segment "
                   "or global",
                   instruction.index);
  }
  TypeIndex type = module_.functions[instruction.index];
  return stacks_.push(ValueType::reference(HeapType::of(type), false));
}

// A reference of any type; one to kBottom where the type is unknown.
Result<ValueType> FunctionValidator::pop_reference(const Instruction& instruction) {
  Operand operand = TRY(stacks_.pop_any());
  if (!operand) return ValueType::reference(HeapType::abstract(HeapType::kBottom), false);
  if (operand->is_reference()) return *operand;
  return fail_at(instruction.offset, ErrorCode::Invalid,
                 "type mismatch: {} expected a reference, found {}",
                 opcode_name(instruction.opcode), to_string(*operand));
}

// br_on_null takes the label's operands along and leaves them with what is not null.
Result<> FunctionValidator::check_branch_on_null(const Instruction& instruction) {
  ValueType reference = TRY(pop_reference(instruction));
  auto types = stacks_.label_types(*TRY(stacks_.find_label(instruction.index)));
  TRY(stacks_.pop_all(types));
  TRY(stacks_.push_all(types));
  return stacks_.push(non_null(reference));
}

// br_on_non_null hands the reference on as the label's last operand.
Result<> FunctionValidator::check_branch_on_non_null(const Instruction& instruction) {
  ValueType reference = TRY(pop_reference(instruction));
  auto types = TRY(label_with_reference(instruction, non_null(reference)));
  TRY(stacks_.pop_all(types));
  return stacks_.push_all(types);
}

// The types of a label's operands but the last, which must be one that `reference` matches.
Result<std::span<const ValueType>> FunctionValidator::label_with_reference(
    const Instruction& instruction, ValueType reference) {
  auto types = stacks_.label_types(*TRY(stacks_.find_label(instruction.index)));
  if (types.empty() || !types_.matches(reference, types.back())) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: {} hands on {}, its label takes {}",
                   opcode_name(instruction.opcode), to_string(reference),
                   types.empty() ? "nothing" : to_string(types.back()));
  }
  return types.first(types.size() - 1);
}

Result<> FunctionValidator::check_branch_on_cast(const Instruction& instruction) {
  auto [from, to] = instruction.cast;
  TRY(check_type(instruction, from));
  TRY(check_type(instruction, to));
  if (!types_.matches(to, from)) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "type mismatch: {} is no sub type of {}",
                   to_string(to), to_string(from));
  }
  bool on_success = instruction.opcode == Opcode::BrOnCast;
  ValueType taken = on_success ? to : difference(from, to);
  ValueType left = on_success ? difference(from, to) : to;
  auto types = TRY(label_with_reference(instruction, taken));
  TRY(stacks_.pop(from));
  TRY(stacks_.pop_all(types));
  TRY(stacks_.push_all(types));
  return stacks_.push(left);
}

// ref.test and ref.cast take any reference of the type's hierarchy.
Result<> FunctionValidator::check_cast(const Instruction& instruction) {
  bool nullable =
      instruction.opcode == Opcode::RefTestNull || instruction.opcode == Opcode::RefCastNull;
  bool is_test = instruction.opcode == Opcode::RefTest || instruction.opcode == Opcode::RefTestNull;
  ValueType type = ValueType::reference(instruction.heap, nullable);
  TRY(check_type(instruction, type));
  TRY(stacks_.pop(ValueType::reference(types_.top_of(instruction.heap), true)));
  return stacks_.push(is_test ? ValueType::i32() : type);
}

Result<> FunctionValidator::check_call(const Instruction& instruction) {
  TRY(check_function_index(instruction));
  return apply_call(instruction, module_.function_type(FunctionIndex(instruction.index)));
}

Result<> FunctionValidator::check_call_indirect(const Instruction& instruction) {
  ValueType element = TRY(table_element(instruction, instruction.index2));
  if (!types_.matches(element, ValueType::funcref())) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: call_indirect expected a table of functions, found one of {}",
                   to_string(element));
  }
  TypeIndex type{instruction.index};
  TRY(check_function_type(instruction, type));
  TRY(stacks_.pop(module_.tables[instruction.index2].address()));
  return apply_call(instruction, module_.function_type(type));
}

Result<> FunctionValidator::check_call_reference(const Instruction& instruction) {
  TypeIndex type{instruction.index};
  TRY(check_function_type(instruction, type));
  TRY(stacks_.pop(ValueType::reference(HeapType::of(type), true)));
  return apply_call(instruction, module_.function_type(type));
}

// Pops and pushes what a call of this type does. A tail call's results are the function's own.
Result<> FunctionValidator::apply_call(const Instruction& instruction, const FunctionType& type) {
  TRY(stacks_.pop_all(type.params));
  if (!is_tail_call(instruction.opcode)) return stacks_.push_all(type.results);
  auto results = stacks_.results(stacks_.outermost().type);
  if (!types_.matches(type.results, results)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: {} of a function of type {} in one with other results",
                   opcode_name(instruction.opcode), to_string(type));
  }
  stacks_.set_unreachable();
  return {};
}

}  // namespace wherry::wasm
