#include "wasm/validation_stacks.h"

#include "wasm/offset_error.h"

namespace wherry::wasm {
namespace {

constexpr std::string_view kNothing = "nothing";

}  // namespace

void ValidationStacks::begin_function(TypeIndex type) {
  operands_.clear();
  frames_.clear();
  frames_.push_back(
      {.opcode = Opcode::Block, .type = {.kind = BlockType::Kind::Function, .function = type}});
}

Result<> ValidationStacks::push_all(std::span<const ValueType> types) {
  for (ValueType type : types) TRY(push(type));
  return {};
}

Result<Operand> ValidationStacks::pop_any() {
  const ControlFrame& frame = frames_.back();
  if (operands_.size() > frame.height) {
    Operand top = operands_.back();
    operands_.pop_back();
    return top;
  }
  if (frame.unreachable) return Operand{};
  return fail_at(instruction_->offset, ErrorCode::Invalid,
                 "type mismatch: {} expected an operand, found {}",
                 opcode_name(instruction_->opcode), kNothing);
}

Result<> ValidationStacks::pop_all(std::span<const ValueType> types) {
  for (size_t i = types.size(); i-- > 0;) TRY(pop(types[i]));
  return {};
}

Result<> ValidationStacks::peek_all(std::span<const ValueType> types) const {
  size_t top = operands_.size();
  for (size_t i = types.size(); i-- > 0;) {
    if (top == frames_.back().height) return pop_beyond(types[i]);  // so are the others
    const Operand& operand = operands_[--top];
    if (operand && !types_.matches(*operand, types[i]))
      return fail_mismatch(types[i], to_string(*operand));
  }
  return {};
}

Result<> ValidationStacks::open_block(Opcode opcode, const BlockType& type) {
  // The function's own frame is not counted.
  if (frames_.size() > limits::kBlockNesting) {
    return fail_at(instruction_->offset, ErrorCode::Invalid,
                   "blocks nested deeper than the limit of {}", limits::kBlockNesting);
  }
  TRY(pop_all(params(type)));
  frames_.push_back({.opcode = opcode, .type = type, .height = operands_.size()});
  return push_all(params(type));
}

// It takes the place of a block that was closed, so that the nesting is within its limit.
Result<> ValidationStacks::open_handler(Opcode opcode, const BlockType& type,
                                        std::span<const ValueType> operands) {
  frames_.push_back({.opcode = opcode, .type = type, .height = operands_.size()});
  return push_all(operands);
}

Result<ControlFrame> ValidationStacks::close_block() {
  ControlFrame frame = frames_.back();
  TRY(pop_all(results(frame.type)));
  if (operands_.size() != frame.height) {
    return fail_at(instruction_->offset, ErrorCode::Invalid,
                   "type mismatch: {} operands are left on the stack at the end of a block",
                   operands_.size() - frame.height);
  }
  frames_.pop_back();
  return frame;
}

Result<ControlFrame*> ValidationStacks::find_label(uint32_t depth) {
  if (depth >= frames_.size()) {
    return fail_at(instruction_->offset, ErrorCode::Invalid, "unknown label {}: {} blocks are open",
                   depth, frames_.size());
  }
  return &frames_[frames_.size() - 1 - depth];
}

void ValidationStacks::set_unreachable() {
  operands_.resize(frames_.back().height);
  frames_.back().unreachable = true;
}

std::span<const ValueType> ValidationStacks::params(const BlockType& type) const {
  if (type.kind != BlockType::Kind::Function) return {};
  return module_.function_type(type.function).params;
}

std::span<const ValueType> ValidationStacks::results(const BlockType& type) const {
  if (type.kind == BlockType::Kind::Empty) return {};
  if (type.kind == BlockType::Kind::Result) return {&type.result, 1};
  return module_.function_type(type.function).results;
}

std::span<const ValueType> ValidationStacks::label_types(const ControlFrame& frame) const {
  return frame.opcode == Opcode::Loop ? params(frame.type) : results(frame.type);
}

Result<> ValidationStacks::pop_beyond(ValueType expected) const {
  if (frames_.back().unreachable) return {};
  return fail_mismatch(expected, kNothing);
}

std::unexpected<Error> ValidationStacks::fail_overflow() const {
  return fail_at(instruction_->offset, ErrorCode::Invalid,
                 "the operands on the stack exceed the limit of {}", limits::kOperands);
}

std::unexpected<Error> ValidationStacks::fail_mismatch(ValueType expected,
                                                       std::string_view found) const {
  return fail_at(instruction_->offset, ErrorCode::Invalid,
                 "type mismatch: {} expected {}, found {}", opcode_name(instruction_->opcode),
                 to_string(expected), found);
}

}  // namespace wherry::wasm
