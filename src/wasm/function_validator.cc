#include "wasm/function_validator.h"

#include <algorithm>

#include "wasm/offset_error.h"
#include "wasm/type_validator.h"

namespace wherry::wasm {
namespace {

// A letter of a signature, opcodes.h.
ValueType type_of_letter(char letter) {
  switch (letter) {
    case 'i':
      return ValueType::i32();
    case 'l':
      return ValueType::i64();
    case 'f':
      return ValueType::f32();
    case 'd':
      return ValueType::f64();
    default:
      return ValueType::v128();
  }
}

}  // namespace

Result<> FunctionValidator::validate(TypeIndex type, const FunctionBody& body) {
  for (const LocalGroup& group : body.locals) {
    TRY(with_context(check_type_exists(group.type, module_.types.size()), "at offset {:#x}: locals",
                     body.offset));
  }
  locals_.reset(module_.function_type(type).params, body.locals);
  initialized_.reset();
  stacks_.begin_function(type);
  InstructionReader reader(body.code, body.offset);
  Instruction instruction;
  stacks_.begin_instruction(instruction);
  while (!stacks_.all_closed()) {
    TRY(reader.read(instruction));
    TRY(check(instruction));
  }
  if (!reader.at_end()) {
    return fail_at(reader.offset(), ErrorCode::Malformed,
                   "section size mismatch: the function body goes on after its end");
  }
  return {};
}

Result<> FunctionValidator::check(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::LocalGet:
    case Opcode::LocalSet:
    case Opcode::LocalTee:
      return check_local(instruction);
    case Opcode::Unreachable:
    case Opcode::Block:
    case Opcode::Loop:
    case Opcode::If:
    case Opcode::Else:
    case Opcode::End:
    case Opcode::Br:
    case Opcode::BrIf:
    case Opcode::BrTable:
    case Opcode::Return:
    case Opcode::Call:
    case Opcode::CallIndirect:
    case Opcode::ReturnCall:
    case Opcode::ReturnCallIndirect:
    case Opcode::CallRef:
    case Opcode::ReturnCallRef:
    case Opcode::BrOnNull:
    case Opcode::BrOnNonNull:
    case Opcode::Drop:
    case Opcode::Select:
    case Opcode::SelectTyped:
      return check_control(instruction);
    case Opcode::Try:
    case Opcode::Catch:
    case Opcode::Throw:
    case Opcode::Rethrow:
    case Opcode::ThrowRef:
    case Opcode::Delegate:
    case Opcode::CatchAll:
    case Opcode::TryTable:
      return check_exception(instruction);
    default:
      break;
  }
  const OpcodeDescription& description = *find_opcode(static_cast<uint16_t>(instruction.opcode));
  switch (description.immediate) {
    case Immediate::Load:
    case Immediate::Store:
    case Immediate::Atomic:
      return check_access(instruction, description.signature);
    case Immediate::LoadLane:
    case Immediate::StoreLane:
      TRY(check_lanes(instruction, description.immediate));
      return check_access(instruction, description.signature);
    case Immediate::Lane:
    case Immediate::Lanes:
      TRY(check_lanes(instruction, description.immediate));
      break;
    case Immediate::Data:
    case Immediate::Element:
      return check_entity(instruction);
    default:
      break;
  }
  if (description.signature[0] == '\0') return check_entity(instruction);
  return check_simple(description.signature);
}

Result<> FunctionValidator::check_simple(const char* signature) {
  const char* colon = signature;
  while (*colon != ':') ++colon;
  TRY(pop_letters(signature, colon));
  return push_letters(colon + 1);
}

// Of a memory access: the first parameter is the address.
Result<> FunctionValidator::check_access(const Instruction& instruction, const char* signature) {
  const ValueType address = TRY(check_memory_argument(instruction));
  const char* colon = signature;
  while (*colon != ':') ++colon;
  TRY(pop_letters(signature + 1, colon));
  TRY(stacks_.pop(address));
  return push_letters(colon + 1);
}

Result<> FunctionValidator::pop_letters(const char* first, const char* last) {
  while (last != first) TRY(stacks_.pop(type_of_letter(*--last)));
  return {};
}

Result<> FunctionValidator::push_letters(const char* letters) {
  for (; *letters != '\0'; ++letters) TRY(stacks_.push(type_of_letter(*letters)));
  return {};
}

Result<> FunctionValidator::check_control(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Block:
    case Opcode::Loop:
      return check_block(instruction);
    case Opcode::If: {
      TRY(stacks_.pop(ValueType::i32()));
      return check_block(instruction);
    }
    case Opcode::Else:
      return check_else(instruction);
    case Opcode::End:
      return check_end(instruction);
    case Opcode::Br: {
      ControlFrame* target = TRY(stacks_.find_label(instruction.index));
      TRY(stacks_.pop_all(stacks_.label_types(*target)));
      stacks_.set_unreachable();
      return {};
    }
    case Opcode::BrIf: {
      TRY(stacks_.pop(ValueType::i32()));
      ControlFrame* target = TRY(stacks_.find_label(instruction.index));
      TRY(stacks_.pop_all(stacks_.label_types(*target)));
      return stacks_.push_all(stacks_.label_types(*target));
    }
    case Opcode::BrTable:
      return check_branch_table(instruction);
    case Opcode::Return: {
      TRY(stacks_.pop_all(stacks_.results(stacks_.outermost().type)));
      stacks_.set_unreachable();
      return {};
    }
    case Opcode::Call:
    case Opcode::ReturnCall:
      return check_call(instruction);
    case Opcode::CallIndirect:
    case Opcode::ReturnCallIndirect:
      return check_call_indirect(instruction);
    case Opcode::CallRef:
    case Opcode::ReturnCallRef:
      return check_call_reference(instruction);
    case Opcode::BrOnNull:
      return check_branch_on_null(instruction);
    case Opcode::BrOnNonNull:
      return check_branch_on_non_null(instruction);
    case Opcode::Select:
      return check_select(instruction);
    case Opcode::SelectTyped:
      return check_select_typed(instruction);
    case Opcode::Drop: {
      TRY(stacks_.pop_any());
      return {};
    }
    default:
      stacks_.set_unreachable();
      return {};  // unreachable
  }
}

// Core 3.0 §3.4.5
Result<> FunctionValidator::check_block(const Instruction& instruction) {
  const BlockType& type = instruction.block;
  if (type.kind == BlockType::Kind::Function) {
    TRY(check_function_type(instruction, type.function));
  }
  if (type.kind == BlockType::Kind::Result) TRY(check_type(instruction, type.result));
  TRY(stacks_.open_block(instruction.opcode, type));
  stacks_.innermost().locals_set = initialized_.height();
  return {};
}

Result<> FunctionValidator::check_function_type(const Instruction& instruction,
                                                TypeIndex type) const {
  if (module_.is_function_type(type)) return {};
  if (raw(type) >= module_.types.size()) {
    return fail_at(instruction.offset, ErrorCode::Invalid, "unknown type {}: the module has {}",
                   raw(type), module_.types.size());
  }
  return fail_at(instruction.offset, ErrorCode::Invalid, "type {} is no function type", raw(type));
}

Result<> FunctionValidator::check_function_index(const Instruction& instruction) const {
  if (instruction.index < module_.functions.size()) return {};
  return fail_at(instruction.offset, ErrorCode::Invalid, "unknown function {}: the module has {}",
                 instruction.index, module_.functions.size());
}

Result<> FunctionValidator::check_type(const Instruction& instruction, ValueType type) const {
  return with_context(check_type_exists(type, module_.types.size()), "at offset {:#x}",
                      instruction.offset);
}

Result<> FunctionValidator::check_else(const Instruction& instruction) {
  ControlFrame* innermost = TRY(stacks_.find_label(0));
  if (innermost->opcode != Opcode::If) {
    return fail_at(instruction.offset, ErrorCode::Malformed, "else without an if");
  }
  ControlFrame conditional = TRY(stacks_.close_block());
  initialized_.restore(conditional.locals_set);
  // An if's parameters were popped when it was opened; its else begins with the same.
  TRY(stacks_.push_all(stacks_.params(conditional.type)));
  TRY(stacks_.open_block(Opcode::Else, conditional.type));
  stacks_.innermost().locals_set = conditional.locals_set;
  return {};
}

Result<> FunctionValidator::check_end(const Instruction& instruction) {
  ControlFrame frame = TRY(stacks_.close_block());
  auto results = stacks_.results(frame.type);
  if (frame.opcode == Opcode::If && !types_.matches(stacks_.params(frame.type), results)) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: an if without else must have the same parameters and results");
  }
  initialized_.restore(frame.locals_set);
  // The function's own results need no place: nothing may follow.
  return stacks_.all_closed() ? Result<>{} : stacks_.push_all(results);
}

// Core 3.0 §3.4.8. All labels must take as many operands as the default does, and each must take
// those that are there. A label that was found good is not checked twice: a table may name one of a
// thousand results a million times.
Result<> FunctionValidator::check_branch_table(const Instruction& instruction) {
  TRY(stacks_.pop(ValueType::i32()));
  ControlFrame* fallback = TRY(stacks_.find_label(instruction.labels.back()));
  size_t arity = stacks_.label_types(*fallback).size();
  for (uint32_t depth : instruction.labels) {
    ControlFrame* target = TRY(stacks_.find_label(depth));
    if (target->checked_by == instruction.offset) continue;
    auto types = stacks_.label_types(*target);
    if (types.size() != arity) {
      return fail_at(instruction.offset, ErrorCode::Invalid,
                     "type mismatch: br_table's label {} takes {} operands, its default {}", depth,
                     types.size(), arity);
    }
    TRY(stacks_.peek_all(types));
    target->checked_by = instruction.offset;
  }
  stacks_.set_unreachable();
  return {};
}

// Core 3.0 §3.4.3: without a type, both operands must be of the same number type.
Result<> FunctionValidator::check_select(const Instruction& instruction) {
  TRY(stacks_.pop(ValueType::i32()));
  Operand second = TRY(stacks_.pop_any());
  Operand first = TRY(stacks_.pop_any());
  if ((first && first->is_reference()) || (second && second->is_reference())) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: select of references must name their type");
  }
  if (first && second && *first != *second) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "type mismatch: select expected operands of one type, found {} and {}",
                   to_string(*first), to_string(*second));
  }
  return stacks_.push(first ? first : second);
}

Result<> FunctionValidator::check_select_typed(const Instruction& instruction) {
  if (instruction.types.size() != 1) {
    return fail_at(instruction.offset, ErrorCode::Invalid,
                   "invalid result arity: select of {} types", instruction.types.size());
  }
  ValueType type = instruction.types.front();
  TRY(check_type(instruction, type));
  TRY(stacks_.pop(ValueType::i32()));
  TRY(stacks_.pop(type));
  TRY(stacks_.pop(type));
  return stacks_.push(type);
}

}  // namespace wherry::wasm
