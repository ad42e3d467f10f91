#include "compiler/function_emitter.h"

#include <llvm/IR/DebugInfoMetadata.h>

#include "compiler/calling_convention.h"
#include "compiler/slots.h"

namespace wherry::compiler {

using namespace llvm;

FunctionEmitter::FunctionEmitter(Chunk& chunk, uint32_t defined)
    : chunk_(chunk),
      module_(chunk.wasm_module()),
      body_(module_.bodies[defined]),
      type_(module_.function_type(wasm::FunctionIndex(module_.imported_functions + defined))),
      function_(chunk.function(module_.imported_functions + defined)),
      subprogram_(chunk.create_subprogram(body_.offset)),
      entry_(BasicBlock::Create(chunk.context(), "", function_)),
      builder_(chunk, entry_, function_->getArg(0)) {
  function_->setSubprogram(subprogram_);
  local_types_.reset(type_.params, body_.locals);
}

Result<> FunctionEmitter::run() {
  begin_body();
  wasm::InstructionReader reader(body_.code, body_.offset);
  while (!reader.at_end()) {
    Instruction instruction = TRY(reader.next());
    if (reachable_) {
      if (chunk_.plan().mode.counts_fuel) count_fuel(instruction);
      emit(instruction);
    } else {
      charge_ = nullptr;
      emit_unreachable_code(instruction);
    }
  }
  finish_body();
  return {};
}

// The entry block holds only what is made on the way: locals and the memories' bases.
void FunctionEmitter::begin_body() {
  BasicBlock* first = BasicBlock::Create(chunk_.context(), "", function_);
  builder_.SetInsertPoint(first);
  Frame frame{.kind = FrameKind::Body, .stack_height = 0};
  frame.end = builder_.create_block();
  frame.label = frame.end;
  frame.end_values = create_phis(frame.end, type_.results);
  frames_.push_back(std::move(frame));
}

// The body's last `end` has left its results on the stack, unless the end cannot be reached.
void FunctionEmitter::finish_body() {
  if (reachable_) return_values(builder_, type_, stack_);
  BasicBlock* first = entry_->getNextNode();
  BranchInst::Create(first, entry_);
}

void FunctionEmitter::emit(const Instruction& instruction) {
  set_place(instruction);
  bool known = emit_control(instruction) || emit_variable(instruction) || emit_call(instruction) ||
               emit_reference(instruction) || emit_memory(instruction) ||
               emit_atomic(instruction) || emit_table(instruction) || emit_object(instruction) ||
               emit_exception(instruction) || emit_integer(instruction.opcode) ||
               emit_float(instruction.opcode) || emit_simd(instruction) ||
               emit_conversion(instruction.opcode);
  WHERRY_ASSERT(known);
}

// Lines are offsets plus one: 0 is DWARF's "no line".
void FunctionEmitter::set_place(const Instruction& instruction) {
  builder_.SetCurrentDebugLocation(
      DILocation::get(chunk_.context(), instruction.offset + 1, 0, subprogram_));
}

bool FunctionEmitter::emit_variable(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::Nop:
      break;
    case Opcode::Drop:
      pop();
      break;
    case Opcode::Select:
    case Opcode::SelectTyped:
      emit_select();
      break;
    case Opcode::LocalGet: {
      AllocaInst* variable = local(instruction.index);
      push(builder_.CreateLoad(variable->getAllocatedType(), variable));
      break;
    }
    case Opcode::LocalSet:
      builder_.CreateStore(pop(), local(instruction.index));
      break;
    case Opcode::LocalTee:
      builder_.CreateStore(stack_.back(), local(instruction.index));
      break;
    case Opcode::GlobalGet:
      emit_global_get(instruction.index);
      break;
    case Opcode::GlobalSet:
      emit_global_set(instruction.index);
      break;
    default:
      return emit_constant(instruction);
  }
  return true;
}

// A NaN constant keeps its payload.
bool FunctionEmitter::emit_constant(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::I32Const:
      push(builder_.getInt32(static_cast<uint32_t>(instruction.constant)));
      break;
    case Opcode::I64Const:
      push(builder_.getInt64(instruction.constant));
      break;
    case Opcode::F32Const:
      push(ConstantFP::get(chunk_.context(),
                           APFloat(APFloat::IEEEsingle(), APInt(32, instruction.constant))));
      break;
    case Opcode::F64Const:
      push(ConstantFP::get(chunk_.context(),
                           APFloat(APFloat::IEEEdouble(), APInt(64, instruction.constant))));
      break;
    default:
      return false;
  }
  return true;
}

void FunctionEmitter::emit_select() {
  Value* condition = builder_.CreateIsNotNull(pop());
  Value* otherwise = pop();
  Value* chosen = pop();
  push(builder_.CreateSelect(condition, chosen, otherwise));
}

AllocaInst* FunctionEmitter::local(uint32_t index) {
  AllocaInst*& variable = locals_[index];
  if (variable == nullptr) {
    IrBuilder entry(chunk_, entry_, builder_.context());
    Type* type = chunk_.type(*local_types_.find(index));
    variable = entry.CreateAlloca(type);
    Value* initial = Constant::getNullValue(type);
    if (index < type_.params.size()) initial = load_parameter(entry, type_, index);
    entry.CreateStore(initial, variable);
  }
  return variable;
}

Value* FunctionEmitter::global_cell(uint32_t index) {
  const abi::InstanceLayout& layout = chunk_.plan().layout;
  if (index >= module_.imported_globals)
    return builder_.in_instance(layout.defined_global(index - module_.imported_globals));
  return builder_.load_constant(builder_.getPtrTy(),
                                builder_.in_instance(layout.imported_global_pointer(index)));
}

void FunctionEmitter::emit_global_get(uint32_t index) {
  const wasm::GlobalType& global = module_.globals[index];
  Type* type = chunk_.type(global.value);
  Value* cell = global_cell(index);
  // Globals are initialised before any function of the instance runs.
  push(global.is_mutable ? builder_.load_field(type, cell) : builder_.load_constant(type, cell));
}

// Volatile, so that it stays before a memory access that may trap: what a global holds after a trap
// can be seen from outside. Loads need not be, as no store passes them.
void FunctionEmitter::emit_global_set(uint32_t index) {
  Value* value = pop();
  builder_.store_field(value, global_cell(index))->setVolatile(true);
}

}  // namespace wherry::compiler
