// Exceptions. Core 3.0 §4.6.8 (try_table) and §4.6.12 (throw, throw_ref), and the legacy form.
//
// A try costs nothing until something is thrown. A call in its body is an LLVM invoke, which names
// the place where an exception goes on: the try's landing pad. The unwinder (runtime/unwind.h)
// finds it in the artifact's tables. From there, and from throws in the body itself, the exception
// reaches the dispatch, which compares its tag with those that the try catches; what none of them
// catches goes on to the dispatch of the try around it or, where there is none, is raised out of
// the function.
#include "compiler/function_emitter.h"
#include "compiler/slots.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr uint64_t kSlotBytes = sizeof(uint64_t);

}  // namespace

bool FunctionEmitter::emit_exception(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Throw:
      emit_throw(instruction.index);
      return true;
    case Opcode::ThrowRef:
      emit_throw_ref();
      return true;
    case Opcode::TryTable:
      emit_try_table(instruction);
      return true;
    case Opcode::Try:
      emit_block(instruction, FrameKind::Try);
      open_handler();
      return true;
    case Opcode::Catch:
    case Opcode::CatchAll:
      emit_handler(instruction);
      return true;
    case Opcode::Delegate:
      emit_delegate(instruction.index);
      return true;
    case Opcode::Rethrow:
      raise(frames_[frames_.size() - 1 - instruction.index].handler.exception, handlers_.size());
      end_reachable_code();
      return true;
    default:
      return false;
  }
}

// One room serves all throws of a function, so that its frame stays small.
void FunctionEmitter::emit_throw(uint32_t index) {
  const std::vector<wasm::ValueType>& params = module_.function_type(module_.tags[index]).params;
  if (payload_ == nullptr) {
    uint32_t slots = 1;
    for (wasm::TypeIndex type : module_.tags)
      slots = std::max(slots, slot_count(module_.function_type(type).params));
    payload_ = IRBuilder<>(entry_).CreateAlloca(ArrayType::get(builder_.getInt64Ty(), slots));
    payload_->setAlignment(Align(16));
  }
  uint64_t offset = 0;
  size_t first = stack_.size() - params.size();
  for (size_t number = 0; number < params.size(); ++number) {
    builder_.store_field(stack_[first + number], builder_.at(payload_, offset));
    offset += kSlotBytes * params[number].slots();
  }
  Value* exception =
      builder_.call_builtin(WHERRY_BUILTIN(exception_create), builder_.getPtrTy(),
                            {tag(index), payload_, builder_.getInt32(slot_count(params))});
  builder_.trap_if(builder_.CreateIsNull(exception), abi::TrapCode::ExceptionMemoryExhausted);
  raise(exception, handlers_.size());
  end_reachable_code();
}

void FunctionEmitter::emit_throw_ref() {
  Value* exception = pop();
  builder_.trap_if(builder_.CreateIsNull(exception), abi::TrapCode::NullReference);
  raise(exception, handlers_.size());
  end_reachable_code();
}

void FunctionEmitter::raise(Value* exception, size_t handlers) {
  if (handlers > 0) {
    Handler& handler = frames_[handlers_[handlers - 1]].handler;
    BasicBlock* block = dispatch_block(handler);
    handler.exception->addIncoming(exception, builder_.GetInsertBlock());
    builder_.CreateBr(block);
    return;
  }
  auto* call = cast<CallInst>(
      builder_.call_builtin(WHERRY_BUILTIN(exception_raise), builder_.getVoidTy(), {exception}));
  // Else LLVM would let the landing pad of calls before and after it stand for this one as well.
  call->removeFnAttr(Attribute::NoUnwind);
  // Each keeps its place in the module: an exception that nobody catches names it.
  call->addFnAttr(Attribute::NoMerge);
  builder_.CreateUnreachable();
}

void FunctionEmitter::emit_try_table(const Instruction& instruction) {
  std::vector<Catch> catches;
  for (const wasm::CatchClause& clause : instruction.catches)
    catches.push_back({clause, frames_.size() - 1 - clause.label});
  emit_block(instruction, FrameKind::TryTable);
  frames_.back().catches = std::move(catches);
  open_handler();
}

void FunctionEmitter::open_handler() { handlers_.push_back(frames_.size() - 1); }

BasicBlock* FunctionEmitter::dispatch_block(Handler& handler) {
  if (handler.dispatch == nullptr) {
    handler.dispatch = builder_.create_block();
    handler.exception = PHINode::Create(builder_.getPtrTy(), 2, "", handler.dispatch);
  }
  return handler.dispatch;
}

BasicBlock* FunctionEmitter::landing_pad() {
  Handler& handler = frames_[handlers_.back()].handler;
  if (handler.pad != nullptr) return handler.pad;
  BasicBlock* next = dispatch_block(handler);
  handler.pad = builder_.create_block();
  function_->setPersonalityFn(chunk_.personality());
  IRBuilderBase::InsertPointGuard guard(builder_);
  builder_.SetInsertPoint(handler.pad);
  StructType* type = StructType::get(builder_.getPtrTy(), builder_.getInt32Ty());
  LandingPadInst* pad = builder_.CreateLandingPad(type, 1);
  pad->addClause(ConstantPointerNull::get(builder_.getPtrTy()));  // everything
  handler.exception->addIncoming(builder_.CreateExtractValue(pad, 0), handler.pad);
  builder_.CreateBr(next);
  return handler.pad;
}

// The body of a legacy try ends, or one of its handlers does, and a handler begins. The dispatch is
// made on the way: `dispatch` is where the next handler's part of it goes.
void FunctionEmitter::emit_handler(const Instruction& instruction) {
  Frame& frame = frames_.back();
  if (frame.dead) return;
  if (reachable_) {
    pass_arguments(frame.end_values);
    builder_.CreateBr(frame.end);
  }
  if (frame.kind == FrameKind::Try) handlers_.pop_back();
  frame.kind = FrameKind::Catch;
  stack_.resize(frame.stack_height);
  reachable_ = frame.handler.dispatch != nullptr;
  if (!reachable_) return;  // nothing in the body throws
  builder_.SetInsertPoint(frame.handler.dispatch);
  frame.handler.dispatch = nullptr;
  if (instruction.opcode == Opcode::CatchAll) return;
  frame.handler.dispatch = builder_.create_block();
  go_on_where_tag_is(instruction.index, frame.handler.exception, frame.handler.dispatch);
  push_payload(instruction.index, frame.handler.exception);
}

// Ends its try. The label is counted outside of it, and a try there that is at its handlers already
// does not count.
void FunctionEmitter::emit_delegate(uint32_t depth) {
  Frame& frame = frames_.back();
  if (!frame.dead) {
    handlers_.pop_back();
    size_t target = frames_.size() - 2 - depth;
    size_t handlers =
        static_cast<size_t>(std::ranges::upper_bound(handlers_, target) - handlers_.begin());
    frame.kind = FrameKind::Block;
    if (frame.handler.dispatch != nullptr) {
      IRBuilderBase::InsertPointGuard guard(builder_);
      builder_.SetInsertPoint(frame.handler.dispatch);
      raise(frame.handler.exception, handlers);
    }
  }
  emit_end();
}

void FunctionEmitter::close_handler(Frame& frame) {
  if (frame.kind != FrameKind::Catch) handlers_.pop_back();
  if (frame.handler.dispatch == nullptr) return;
  builder_.SetInsertPoint(frame.handler.dispatch);
  dispatch(frame);
}

// A try_table's; of a legacy try what is left is what no handler catches.
void FunctionEmitter::dispatch(const Frame& frame) {
  for (const Catch& clause : frame.catches) {
    if (!clause.clause.has_tag()) return branch_to_clause(clause, frame.handler.exception);
    BasicBlock* otherwise = builder_.create_block();
    go_on_where_tag_is(raw(clause.clause.tag), frame.handler.exception, otherwise);
    branch_to_clause(clause, frame.handler.exception);
    builder_.SetInsertPoint(otherwise);
  }
  raise(frame.handler.exception, handlers_.size());
}

// The stack is left as it was.
void FunctionEmitter::branch_to_clause(const Catch& clause, Value* exception) {
  size_t height = stack_.size();
  if (clause.clause.has_tag()) push_payload(raw(clause.clause.tag), exception);
  if (clause.clause.gives_reference()) push(exception);
  Frame& target = frames_[clause.target];
  pass_arguments(target.label_values());
  builder_.CreateBr(target.label);
  stack_.resize(height);
}

void FunctionEmitter::go_on_where_tag_is(uint32_t index, Value* exception, BasicBlock* otherwise) {
  Value* found = builder_.load_field(builder_.getPtrTy(),
                                     builder_.at(exception, offsetof(abi::Exception, tag)));
  BasicBlock* caught = builder_.create_block();
  builder_.CreateCondBr(builder_.CreateICmpEQ(found, tag(index)), caught, otherwise);
  builder_.SetInsertPoint(caught);
}

Value* FunctionEmitter::tag(uint32_t index) {
  const abi::InstanceLayout& layout = chunk_.plan().layout;
  if (index >= module_.imported_tags)
    return builder_.in_instance(layout.defined_tag(index - module_.imported_tags));
  return builder_.load_constant(builder_.getPtrTy(),
                                builder_.in_instance(layout.imported_tag_pointer(index)));
}

void FunctionEmitter::push_payload(uint32_t index, Value* exception) {
  uint64_t offset = sizeof(abi::Exception);
  for (wasm::ValueType type : module_.function_type(module_.tags[index]).params) {
    push(builder_.load_field(chunk_.type(type), builder_.at(exception, offset)));
    offset += kSlotBytes * type.slots();
  }
}

}  // namespace wherry::compiler
