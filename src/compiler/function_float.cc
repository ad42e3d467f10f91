// Floating-point arithmetic. Core 3.0 §4.3.3.
#include <llvm/IR/Intrinsics.h>

#include "compiler/float_minimum.h"
#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;

bool FunctionEmitter::emit_float(Opcode opcode) {
  // f64's instructions stand in the same order as f32's: see function_integer.cc.
  if (opcode >= Opcode::F64Abs && opcode <= Opcode::F64Copysign)
    opcode = static_cast<Opcode>(static_cast<int>(opcode) - static_cast<int>(Opcode::F64Abs) +
                                 static_cast<int>(Opcode::F32Abs));
  if (opcode >= Opcode::F32Abs && opcode <= Opcode::F32Sqrt) {
    push(emit_float_unary(opcode, pop()));
    return true;
  }
  if (opcode >= Opcode::F32Add && opcode <= Opcode::F32Copysign) {
    Value* right = pop();
    Value* left = pop();
    push(emit_float_binary(opcode, left, right));
    return true;
  }
  return false;
}

Value* FunctionEmitter::emit_float_unary(Opcode opcode, Value* operand) {
  switch (opcode) {
    case Opcode::F32Abs:
      return builder_.CreateUnaryIntrinsic(Intrinsic::fabs, operand);
    case Opcode::F32Neg:
      return builder_.CreateFNeg(operand);
    case Opcode::F32Ceil:
      return builder_.CreateUnaryIntrinsic(Intrinsic::ceil, operand);
    case Opcode::F32Floor:
      return builder_.CreateUnaryIntrinsic(Intrinsic::floor, operand);
    case Opcode::F32Trunc:
      return builder_.CreateUnaryIntrinsic(Intrinsic::trunc, operand);
    case Opcode::F32Nearest:
      return builder_.CreateUnaryIntrinsic(Intrinsic::roundeven, operand);
    default:
      return builder_.CreateUnaryIntrinsic(Intrinsic::sqrt, operand);
  }
}

Value* FunctionEmitter::emit_float_binary(Opcode opcode, Value* left, Value* right) {
  switch (opcode) {
    case Opcode::F32Add:
      return builder_.CreateFAdd(left, right);
    case Opcode::F32Sub:
      return builder_.CreateFSub(left, right);
    case Opcode::F32Mul:
      return builder_.CreateFMul(left, right);
    case Opcode::F32Div:
      return builder_.CreateFDiv(left, right);
    case Opcode::F32Copysign:
      return builder_.CreateBinaryIntrinsic(Intrinsic::copysign, left, right);
    case Opcode::F32Min:
      return float_minimum(builder_, left, right);
    default:
      return float_maximum(builder_, left, right);
  }
}

}  // namespace wherry::compiler
