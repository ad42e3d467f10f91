// Fuel: metering that is the same on every run and machine. Straight-line code is paid for where it
// begins, with one unit for each instruction in it; what only marks structure (block, loop, else,
// end, try, catch, nop) is free. So a loop pays at its head and a function at its first
// instruction, and nothing runs for ever. An instruction costs 1 whatever it does: memory.fill of
// any length, a call of the host.
//
// The counter is in the instance. Its store is volatile, as a global's is (function_emitter.cc):
// what was burnt is exact after a trap, too. Measured on tight loops (a sieve, a matrix product,
// counting of hashes): 1.7 times the time.
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

// Of a legacy try.
bool begins_handler(wasm::Opcode opcode) {
  using enum wasm::Opcode;
  return opcode == Catch || opcode == CatchAll || opcode == Delegate;
}

bool is_free(wasm::Opcode opcode) {
  using enum wasm::Opcode;
  return opcode == Block || opcode == Loop || opcode == Else || opcode == End || opcode == Nop ||
         opcode == TryTable || opcode == Try || begins_handler(opcode);
}

// Whether the next instruction may be reached without this one, or left out after it.
bool ends_straight_line(wasm::Opcode opcode) {
  using enum wasm::Opcode;
  return opcode == Loop || opcode == If || opcode == Else || opcode == End || opcode == BrIf ||
         opcode == BrOnNull || opcode == BrOnNonNull || opcode == BrOnCast ||
         opcode == BrOnCastFail || begins_handler(opcode);
}

}  // namespace

void FunctionEmitter::count_fuel(const Instruction& instruction) {
  if (!is_free(instruction.opcode)) {
    if (charge_ == nullptr) begin_charge(instruction);
    charge_->setOperand(1, builder_.getInt64(++charge_cost_));
  }
  if (ends_straight_line(instruction.opcode)) charge_ = nullptr;
}

// The subtraction's operand becomes the cost as instructions come.
void FunctionEmitter::begin_charge(const Instruction& instruction) {
  set_place(instruction);
  Value* counter = builder_.in_instance(offsetof(abi::VmContext, fuel));
  Value* before = builder_.load_field(builder_.getInt64Ty(), counter);
  charge_ = BinaryOperator::CreateSub(before, builder_.getInt64(0));
  charge_cost_ = 0;
  builder_.Insert(charge_);
  builder_.store_field(charge_, counter)->setVolatile(true);
  builder_.trap_if(builder_.CreateICmpSLT(charge_, builder_.getInt64(0)), TrapCode::FuelLimit);
}

}  // namespace wherry::compiler
