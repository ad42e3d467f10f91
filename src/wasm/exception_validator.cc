// Instructions on exceptions. Core 3.0 §3.4.5 (try_table) and §3.4.9 (throw, throw_ref); the legacy
// form as WebAssembly/exception-handling describes it in proposals/exception-handling/legacy.
#include "wasm/function_validator.h"
#include "wasm/offset_error.h"

namespace wherry::wasm {

Result<> FunctionValidator::check_exception(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Throw:
      return check_throw(instruction);
    case Opcode::ThrowRef: {
      TRY(stacks_.pop(ValueType::reference(HeapType::abstract(HeapType::kExn), true)));
      stacks_.set_unreachable();
      return {};
    }
    case Opcode::TryTable:
      return check_try_table(instruction);
    case Opcode::Try:
      return check_block(instruction);
    case Opcode::Rethrow:
      return check_rethrow(instruction);
    case Opcode::Delegate:
      return check_delegate(instruction);
    default:
      return check_handler(instruction);
  }
}

Result<> FunctionValidator::check_throw(const Instruction& instruction) {
  TRY(stacks_.pop_all(TRY(tag_params(instruction, instruction.index))));
  stacks_.set_unreachable();
  return {};
}

Result<> FunctionValidator::check_try_table(const Instruction& instruction) {
  for (const CatchClause& clause : instruction.catches)
    TRY(check_catch_clause(instruction, clause));
  return check_block(instruction);
}

// The label must take what the clause gives: the payload, and the exception as a reference that is
// not null.
Result<> FunctionValidator::check_catch_clause(const Instruction& instruction,
                                               const CatchClause& clause) {
  std::vector<ValueType> given;
  if (clause.has_tag()) {
    auto payload = TRY(tag_params(instruction, raw(clause.tag)));
    given.assign(payload.begin(), payload.end());
  }
  if (clause.gives_reference())
    given.push_back(ValueType::reference(HeapType::abstract(HeapType::kExn), false));
  ControlFrame* target = TRY(stacks_.find_label(clause.label));
  auto taken = stacks_.label_types(*target);
  if (taken.size() != given.size()) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: a catch clause gives {} operands, its label takes {}",
                   given.size(), taken.size());
  }
  TRY(stacks_.push_all(given));
  return stacks_.pop_all(taken);
}

// catch and catch_all of the legacy form.
Result<> FunctionValidator::check_handler(const Instruction& instruction) {
  ControlFrame* innermost = TRY(stacks_.find_label(0));
  if (innermost->opcode != Opcode::Try && innermost->opcode != Opcode::Catch) {
    return fail_at(instruction.offset, ErrorCode::Malformed, "{} without a try",
                   opcode_name(instruction.opcode));
  }
  std::span<const ValueType> payload;
  if (instruction.opcode == Opcode::Catch)
    payload = TRY(tag_params(instruction, instruction.index));
  ControlFrame block = TRY(stacks_.close_block());
  initialized_.restore(block.locals_set);
  TRY(stacks_.open_handler(instruction.opcode, block.type, payload));
  stacks_.innermost().locals_set = block.locals_set;
  return {};
}

Result<> FunctionValidator::check_rethrow(const Instruction& instruction) {
  ControlFrame* target = TRY(stacks_.find_label(instruction.index));
  if (target->opcode != Opcode::Catch && target->opcode != Opcode::CatchAll) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "invalid rethrow label: {} is not a catch block", instruction.index);
  }
  stacks_.set_unreachable();
  return {};
}

// Ends its try, and counts labels outside of it.
Result<> FunctionValidator::check_delegate(const Instruction& instruction) {
  ControlFrame* innermost = TRY(stacks_.find_label(0));
  if (innermost->opcode != Opcode::Try) {
    return fail_at(instruction.offset, ErrorCode::Malformed, "delegate without a try");
  }
  ControlFrame block = TRY(stacks_.close_block());
  initialized_.restore(block.locals_set);
  TRY(stacks_.find_label(instruction.index));
  return stacks_.push_all(stacks_.results(block.type));
}

// Borrowed from the module. A tag's type has no results: validator.cc.
Result<std::span<const ValueType>> FunctionValidator::tag_params(const Instruction& instruction,
                                                                 uint32_t tag) const {
  if (tag >= module_.tags.size()) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown tag {}: the module has {}", tag,
                   module_.tags.size());
  }
  return std::span(module_.function_type(module_.tags[tag]).params);
}

}  // namespace wherry::wasm
