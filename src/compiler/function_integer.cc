// Integer arithmetic and all comparisons. Core 3.0 §4.3.2.
// The 32-bit and 64-bit instructions stand in the same order in the table of opcodes, so that one
// function serves both: an i64 opcode is moved onto its i32 sibling, and the operands' types do the
// rest.
#include <llvm/IR/Intrinsics.h>

#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

using wasm::Opcode;

constexpr bool is_between(Opcode opcode, Opcode first, Opcode last) {
  return opcode >= first && opcode <= last;
}

constexpr Opcode moved(Opcode opcode, Opcode from, Opcode to) {
  return static_cast<Opcode>(static_cast<int>(opcode) - static_cast<int>(from) +
                             static_cast<int>(to));
}
static_assert(moved(Opcode::I64Rotr, Opcode::I64Clz, Opcode::I32Clz) == Opcode::I32Rotr);

// eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u, as I32Eq and I64Eq are followed by them
constexpr CmpInst::Predicate kIntegerPredicates[] = {
    CmpInst::ICMP_EQ,  CmpInst::ICMP_NE,  CmpInst::ICMP_SLT, CmpInst::ICMP_ULT, CmpInst::ICMP_SGT,
    CmpInst::ICMP_UGT, CmpInst::ICMP_SLE, CmpInst::ICMP_ULE, CmpInst::ICMP_SGE, CmpInst::ICMP_UGE};
// eq ne lt gt le ge; a NaN is unequal to everything
constexpr CmpInst::Predicate kFloatPredicates[] = {CmpInst::FCMP_OEQ, CmpInst::FCMP_UNE,
                                                   CmpInst::FCMP_OLT, CmpInst::FCMP_OGT,
                                                   CmpInst::FCMP_OLE, CmpInst::FCMP_OGE};

// BAD_ICMP_PREDICATE for what is no comparison of two operands.
CmpInst::Predicate predicate(Opcode opcode) {
  auto distance = [opcode](Opcode first) {
    return static_cast<int>(opcode) - static_cast<int>(first);
  };
  if (is_between(opcode, Opcode::I32Eq, Opcode::I32GeU))
    return kIntegerPredicates[distance(Opcode::I32Eq)];
  if (is_between(opcode, Opcode::I64Eq, Opcode::I64GeU))
    return kIntegerPredicates[distance(Opcode::I64Eq)];
  if (is_between(opcode, Opcode::F32Eq, Opcode::F32Ge))
    return kFloatPredicates[distance(Opcode::F32Eq)];
  if (is_between(opcode, Opcode::F64Eq, Opcode::F64Ge))
    return kFloatPredicates[distance(Opcode::F64Eq)];
  return CmpInst::BAD_ICMP_PREDICATE;
}

}  // namespace

bool FunctionEmitter::emit_integer(Opcode opcode) {
  if (CmpInst::Predicate compare = predicate(opcode); compare != CmpInst::BAD_ICMP_PREDICATE) {
    Value* right = pop();
    Value* left = pop();
    push(builder_.CreateZExt(builder_.CreateCmp(compare, left, right), builder_.getInt32Ty()));
    return true;
  }
  if (opcode == Opcode::I32Eqz || opcode == Opcode::I64Eqz) {
    push(builder_.CreateZExt(builder_.CreateIsNull(pop()), builder_.getInt32Ty()));
    return true;
  }
  if (is_between(opcode, Opcode::I64Clz, Opcode::I64Rotr))
    opcode = moved(opcode, Opcode::I64Clz, Opcode::I32Clz);
  if (is_between(opcode, Opcode::I32Clz, Opcode::I32Popcnt)) {
    push(emit_integer_unary(opcode, pop()));
    return true;
  }
  if (is_between(opcode, Opcode::I32Add, Opcode::I32Rotr)) {
    Value* right = pop();
    Value* left = pop();
    push(emit_integer_binary(opcode, left, right));
    return true;
  }
  return false;
}

Value* FunctionEmitter::emit_integer_unary(Opcode opcode, Value* operand) {
  Value* defined_at_zero = builder_.getFalse();
  switch (opcode) {
    case Opcode::I32Clz:
      return builder_.CreateBinaryIntrinsic(Intrinsic::ctlz, operand, defined_at_zero);
    case Opcode::I32Ctz:
      return builder_.CreateBinaryIntrinsic(Intrinsic::cttz, operand, defined_at_zero);
    default:
      return builder_.CreateUnaryIntrinsic(Intrinsic::ctpop, operand);
  }
}

Value* FunctionEmitter::emit_integer_binary(Opcode opcode, Value* left, Value* right) {
  // Shifts take their count modulo the width, where LLVM's are undefined beyond it.
  auto shift_count = [&] {
    return builder_.CreateAnd(
        right, ConstantInt::get(right->getType(), right->getType()->getIntegerBitWidth() - 1));
  };
  auto funnel_shift = [&](Intrinsic::ID id) {
    return builder_.CreateIntrinsic(id, {left->getType()}, {left, left, right});
  };
  switch (opcode) {
    case Opcode::I32Add:
      return builder_.CreateAdd(left, right);
    case Opcode::I32Sub:
      return builder_.CreateSub(left, right);
    case Opcode::I32Mul:
      return builder_.CreateMul(left, right);
    case Opcode::I32And:
      return builder_.CreateAnd(left, right);
    case Opcode::I32Or:
      return builder_.CreateOr(left, right);
    case Opcode::I32Xor:
      return builder_.CreateXor(left, right);
    case Opcode::I32Shl:
      return builder_.CreateShl(left, shift_count());
    case Opcode::I32ShrS:
      return builder_.CreateAShr(left, shift_count());
    case Opcode::I32ShrU:
      return builder_.CreateLShr(left, shift_count());
    case Opcode::I32Rotl:
      return funnel_shift(Intrinsic::fshl);
    case Opcode::I32Rotr:
      return funnel_shift(Intrinsic::fshr);
    default:
      return emit_division(opcode, left, right);
  }
}

// x86 raises one signal for both of division's faults, so both are checked here.
Value* FunctionEmitter::emit_division(Opcode opcode, Value* left, Value* right) {
  Type* type = left->getType();
  Constant* minus_one = Constant::getAllOnesValue(type);
  builder_.trap_if(builder_.CreateIsNull(right), TrapCode::IntegerDivideByZero);
  switch (opcode) {
    case Opcode::I32DivS: {
      Constant* smallest =
          ConstantInt::get(type, APInt::getSignedMinValue(type->getIntegerBitWidth()));
      Value* overflows = builder_.CreateAnd(builder_.CreateICmpEQ(left, smallest),
                                            builder_.CreateICmpEQ(right, minus_one));
      builder_.trap_if(overflows, TrapCode::IntegerOverflow);
      return builder_.CreateSDiv(left, right);
    }
    case Opcode::I32DivU:
      return builder_.CreateUDiv(left, right);
    case Opcode::I32RemS: {
      // By -1 the remainder is 0, as it is by 1; the smallest number by -1 would fault.
      Value* divisor = builder_.CreateSelect(builder_.CreateICmpEQ(right, minus_one),
                                             ConstantInt::get(type, 1), right);
      return builder_.CreateSRem(left, divisor);
    }
    default:
      return builder_.CreateURem(left, right);
  }
}

}  // namespace wherry::compiler
