// Relaxed vector instructions, whose results may differ between machines and never on one. Each one
// is what x86 does in the fewest instructions (docs/decisions/0007-relaxed-simd.md).
// Core 3.0 §4.3.5 (operations marked as relaxed) and appendix A.1 (profiles).
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "compiler/float_minimum.h"
#include "compiler/simd_emitter.h"

namespace wherry::compiler {

using namespace llvm;

Value* SimdEmitter::emit_relaxed(Opcode opcode, Operands operands, Shape shape) {
  const Shape bytes{false, 8}, singles{true, 32}, reals{true, 64};
  const auto lanes = to_lanes(operands, shape);
  switch (opcode) {
    case Opcode::I8x16RelaxedSwizzle:
      return swizzle(lanes[0], lanes[1]);
    case Opcode::I32x4RelaxedTruncF32x4S:
      return builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvttps2dq,
                                      {to_lanes(operands[0], singles)});
    case Opcode::I32x4RelaxedTruncF64x2SZero:
      return builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvttpd2dq,
                                      {to_lanes(operands[0], reals)});
    case Opcode::I32x4RelaxedTruncF32x4U:
      return truncated_unsigned(to_lanes(operands[0], singles));
    case Opcode::I32x4RelaxedTruncF64x2UZero:
      return truncated_unsigned_zero(to_lanes(operands[0], reals));
    case Opcode::F32x4RelaxedMadd:
    case Opcode::F64x2RelaxedMadd:
      return multiply_add(lanes[0], lanes[1], lanes[2]);
    case Opcode::F32x4RelaxedNmadd:
    case Opcode::F64x2RelaxedNmadd:
      return multiply_add(builder_.CreateFNeg(lanes[0]), lanes[1], lanes[2]);
    case Opcode::I8x16RelaxedLaneselect:
    case Opcode::I16x8RelaxedLaneselect:
    case Opcode::I32x4RelaxedLaneselect:
    case Opcode::I64x2RelaxedLaneselect: {
      Value* zero = Constant::getNullValue(lanes[2]->getType());
      return builder_.CreateSelect(builder_.CreateICmpSLT(lanes[2], zero), lanes[0], lanes[1]);
    }
    case Opcode::F32x4RelaxedMin:
    case Opcode::F64x2RelaxedMin:
      return x86_minimum(builder_, lanes[0], lanes[1]);
    case Opcode::F32x4RelaxedMax:
    case Opcode::F64x2RelaxedMax:
      return x86_maximum(builder_, lanes[0], lanes[1]);
    case Opcode::I16x8RelaxedQ15mulrS:
      return builder_.CreateIntrinsic(Intrinsic::x86_ssse3_pmul_hr_sw_128, {lanes[0], lanes[1]});
    case Opcode::I16x8RelaxedDotI8x16I7x16S:
      return multiply_add_bytes(to_lanes(operands[1], bytes), to_lanes(operands[0], bytes));
    case Opcode::I32x4RelaxedDotI8x16I7x16AddS: {
      Value* sums = multiply_add_bytes(to_lanes(operands[1], bytes), to_lanes(operands[0], bytes));
      sums = multiply_add_words(sums, ConstantInt::get(sums->getType(), 1));
      return builder_.CreateAdd(sums, lanes[2]);
    }
    default:
      return nullptr;
  }
}

Value* SimdEmitter::multiply_add(Value* left, Value* right, Value* addend) {
  if (builder_.chunk().has_cpu_feature("fma"))
    return builder_.CreateIntrinsic(Intrinsic::fma, {left->getType()}, {left, right, addend});
  return builder_.CreateFAdd(builder_.CreateFMul(left, right), addend);
}

}  // namespace wherry::compiler
