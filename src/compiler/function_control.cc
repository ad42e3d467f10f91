// Structured control flow: blocks, branches, and code that cannot be reached. Core 3.0 §4.6.8.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;

bool FunctionEmitter::emit_control(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Unreachable:
      builder_.trap(abi::TrapCode::Unreachable);
      end_reachable_code();
      break;
    case Opcode::Block:
      emit_block(instruction, FrameKind::Block);
      break;
    case Opcode::Loop:
      emit_block(instruction, FrameKind::Loop);
      break;
    case Opcode::If:
      emit_if(instruction);
      break;
    case Opcode::Else:
      emit_else();
      break;
    case Opcode::End:
      emit_end();
      break;
    case Opcode::Br:
      emit_branch(instruction.index);
      break;
    case Opcode::BrIf:
      emit_branch_if(instruction);
      break;
    case Opcode::BrTable:
      emit_branch_table(instruction);
      break;
    case Opcode::Return:
      emit_return();
      break;
    default:
      return false;
  }
  return true;
}

void FunctionEmitter::emit_unreachable_code(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Block:
      push_dead_frame(FrameKind::Block);
      break;
    case Opcode::Loop:
      push_dead_frame(FrameKind::Loop);
      break;
    case Opcode::If:
      push_dead_frame(FrameKind::If);
      break;
    case Opcode::TryTable:
    case Opcode::Try:
      push_dead_frame(FrameKind::Try);
      break;
    case Opcode::Catch:
    case Opcode::CatchAll:
      emit_handler(instruction);
      break;
    case Opcode::Delegate:
      emit_delegate(instruction.index);
      break;
    case Opcode::Else:
      emit_else();
      break;
    case Opcode::End:
      emit_end();
      break;
    default:
      break;
  }
}

void FunctionEmitter::push_dead_frame(FrameKind kind) {
  frames_.push_back({.kind = kind, .stack_height = stack_.size(), .dead = true});
}

FunctionEmitter::BlockSignature FunctionEmitter::signature(const wasm::BlockType& type) const {
  switch (type.kind) {
    case wasm::BlockType::Kind::Empty:
      return {};
    case wasm::BlockType::Kind::Result:
      return {{}, {&type.result, 1}};
    case wasm::BlockType::Kind::Function: {
      const wasm::FunctionType& function = module_.function_type(type.function);
      return {function.params, function.results};
    }
  }
  return {};
}

std::vector<PHINode*> FunctionEmitter::create_phis(BasicBlock* block,
                                                   std::span<const wasm::ValueType> types) {
  std::vector<PHINode*> phis;
  for (wasm::ValueType type : types)
    phis.push_back(PHINode::Create(chunk_.type(type), 2, "", block));
  return phis;
}

void FunctionEmitter::pass_arguments(const std::vector<PHINode*>& values) {
  size_t first = stack_.size() - values.size();
  for (size_t index = 0; index < values.size(); ++index)
    values[index]->addIncoming(stack_[first + index], builder_.GetInsertBlock());
}

void FunctionEmitter::end_reachable_code() {
  reachable_ = false;
  stack_.resize(frames_.back().stack_height);
}

void FunctionEmitter::emit_block(const Instruction& instruction, FrameKind kind) {
  BlockSignature types = signature(instruction.block);
  Frame frame{.kind = kind, .stack_height = stack_.size() - types.params.size()};
  frame.end = builder_.create_block();
  frame.end_values = create_phis(frame.end, types.results);
  frame.label = frame.end;
  if (kind == FrameKind::Loop) {
    frame.label = builder_.create_block();
    frame.loop_values = create_phis(frame.label, types.params);
    pass_arguments(frame.loop_values);
    builder_.CreateBr(frame.label);
    builder_.SetInsertPoint(frame.label);
    std::ranges::copy(frame.loop_values,
                      stack_.begin() + static_cast<ptrdiff_t>(frame.stack_height));
  }
  frames_.push_back(std::move(frame));
}

void FunctionEmitter::emit_if(const Instruction& instruction) {
  Value* condition = builder_.CreateIsNotNull(pop());
  BlockSignature types = signature(instruction.block);
  BasicBlock* then = builder_.create_block();
  Frame frame{.kind = FrameKind::If, .stack_height = stack_.size() - types.params.size()};
  frame.end = builder_.create_block();
  frame.otherwise = builder_.create_block();
  frame.label = frame.end;
  frame.params.assign(stack_.begin() + static_cast<ptrdiff_t>(frame.stack_height), stack_.end());
  frame.end_values = create_phis(frame.end, types.results);
  builder_.CreateCondBr(condition, then, frame.otherwise, branch_weights(instruction));
  builder_.SetInsertPoint(then);
  frames_.push_back(std::move(frame));
}

void FunctionEmitter::emit_else() {
  Frame& frame = frames_.back();
  if (frame.dead) return;
  if (reachable_) {
    pass_arguments(frame.end_values);
    builder_.CreateBr(frame.end);
  }
  builder_.SetInsertPoint(frame.otherwise);
  frame.otherwise = nullptr;
  stack_.resize(frame.stack_height);
  stack_.insert(stack_.end(), frame.params.begin(), frame.params.end());
  reachable_ = true;
}

void FunctionEmitter::emit_end() {
  Frame frame = std::move(frames_.back());
  frames_.pop_back();
  if (frame.dead) return;
  if (reachable_) {
    pass_arguments(frame.end_values);
    builder_.CreateBr(frame.end);
  }
  if (frame.is_try()) close_handler(frame);
  if (frame.otherwise != nullptr) {  // no else: the parameters are the results
    stack_.resize(frame.stack_height);
    stack_.insert(stack_.end(), frame.params.begin(), frame.params.end());
    builder_.SetInsertPoint(frame.otherwise);
    pass_arguments(frame.end_values);
    builder_.CreateBr(frame.end);
  }
  stack_.resize(frame.stack_height);
  reachable_ = !frame.end->use_empty();
  if (!reachable_) {
    frame.end->eraseFromParent();
    return;
  }
  if (frame.end != &function_->back()) frame.end->moveAfter(&function_->back());
  builder_.SetInsertPoint(frame.end);
  stack_.insert(stack_.end(), frame.end_values.begin(), frame.end_values.end());
}

void FunctionEmitter::emit_branch(uint32_t depth) {
  Frame& target = frames_[frames_.size() - 1 - depth];
  pass_arguments(target.label_values());
  builder_.CreateBr(target.label);
  end_reachable_code();
}

void FunctionEmitter::emit_branch_if(const Instruction& instruction) {
  Value* condition = builder_.CreateIsNotNull(pop());
  emit_branch_where(condition, instruction.index, branch_weights(instruction));
}

// What the module says of its condition; null: nothing.
MDNode* FunctionEmitter::branch_weights(const Instruction& instruction) {
  std::optional<bool> is_likely = chunk_.plan().branch_hints.find(instruction.offset);
  if (!is_likely) return nullptr;
  return *is_likely ? chunk_.likely() : chunk_.unlikely();
}

// Branches where the condition holds, with what is on the stack, which stays there where it does
// not.
void FunctionEmitter::emit_branch_where(Value* condition, uint32_t depth, MDNode* weights) {
  Frame& target = frames_[frames_.size() - 1 - depth];
  BasicBlock* next = builder_.create_block();
  pass_arguments(target.label_values());
  builder_.CreateCondBr(condition, target.label, next, weights);
  builder_.SetInsertPoint(next);
}

void FunctionEmitter::emit_branch_table(const Instruction& instruction) {
  Value* index = pop();
  auto cases = instruction.labels.first(instruction.labels.size() - 1);
  Frame& fallback = frames_[frames_.size() - 1 - instruction.labels.back()];
  pass_arguments(fallback.label_values());
  SwitchInst* choice =
      builder_.CreateSwitch(index, fallback.label, static_cast<unsigned>(cases.size()));
  uint32_t number = 0;
  for (uint32_t depth : cases) {
    Frame& target = frames_[frames_.size() - 1 - depth];
    pass_arguments(target.label_values());  // a phi has one entry for each edge
    choice->addCase(builder_.getInt32(number++), target.label);
  }
  end_reachable_code();
}

void FunctionEmitter::emit_return() { emit_branch(static_cast<uint32_t>(frames_.size() - 1)); }

}  // namespace wherry::compiler
