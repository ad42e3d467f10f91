// Floats and their conversions. Core 3.0 §4.3.3 to §4.3.5.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "compiler/float_minimum.h"
#include "compiler/simd_emitter.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr double kTwo31 = 2147483648.0, kTwo32 = 4294967296.0, kTwo52 = 4503599627370496.0;

}  // namespace

Value* SimdEmitter::emit_float(Opcode opcode, Operands operands, Shape shape) {
  auto unary = [&](Intrinsic::ID id) {
    return builder_.CreateUnaryIntrinsic(id, to_lanes(operands[0], shape));
  };
  auto left = [&] { return to_lanes(operands[0], shape); };
  auto right = [&] { return to_lanes(operands[1], shape); };
  switch (opcode) {
    case Opcode::F32x4Abs:
    case Opcode::F64x2Abs:
      return unary(Intrinsic::fabs);
    case Opcode::F32x4Neg:
    case Opcode::F64x2Neg:
      return builder_.CreateFNeg(left());
    case Opcode::F32x4Sqrt:
    case Opcode::F64x2Sqrt:
      return unary(Intrinsic::sqrt);
    case Opcode::F32x4Ceil:
    case Opcode::F64x2Ceil:
      return unary(Intrinsic::ceil);
    case Opcode::F32x4Floor:
    case Opcode::F64x2Floor:
      return unary(Intrinsic::floor);
    case Opcode::F32x4Trunc:
    case Opcode::F64x2Trunc:
      return unary(Intrinsic::trunc);
    case Opcode::F32x4Nearest:
    case Opcode::F64x2Nearest:
      return unary(Intrinsic::roundeven);
    case Opcode::F32x4Add:
    case Opcode::F64x2Add:
      return builder_.CreateFAdd(left(), right());
    case Opcode::F32x4Sub:
    case Opcode::F64x2Sub:
      return builder_.CreateFSub(left(), right());
    case Opcode::F32x4Mul:
    case Opcode::F64x2Mul:
      return builder_.CreateFMul(left(), right());
    case Opcode::F32x4Div:
    case Opcode::F64x2Div:
      return builder_.CreateFDiv(left(), right());
    case Opcode::F32x4Min:
    case Opcode::F64x2Min:
      return float_minimum(builder_, left(), right());
    case Opcode::F32x4Max:
    case Opcode::F64x2Max:
      return float_maximum(builder_, left(), right());
    case Opcode::F32x4Pmin:
    case Opcode::F64x2Pmin:
      return x86_minimum(builder_, right(), left());
    case Opcode::F32x4Pmax:
    case Opcode::F64x2Pmax:
      return x86_maximum(builder_, right(), left());
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_conversion(Opcode opcode, Value* operand) {
  const Shape singles{true, 32}, reals{true, 64}, words{false, 32};
  auto low_half = [&](Shape shape) {
    return builder_.CreateShuffleVector(to_lanes(operand, shape), {0, 1});
  };
  switch (opcode) {
    case Opcode::F32x4ConvertI32x4S:
      return builder_.CreateSIToFP(to_lanes(operand, words), vector_type(singles));
    case Opcode::F32x4ConvertI32x4U:
      return builder_.CreateUIToFP(to_lanes(operand, words), vector_type(singles));
    case Opcode::F64x2ConvertLowI32x4S:
      return builder_.CreateSIToFP(low_half(words), vector_type(reals));
    case Opcode::F64x2ConvertLowI32x4U:
      return builder_.CreateUIToFP(low_half(words), vector_type(reals));
    case Opcode::F64x2PromoteLowF32x4:
      return builder_.CreateFPExt(low_half(singles), vector_type(reals));
    case Opcode::F32x4DemoteF64x2Zero:
      return builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvtpd2ps, {to_lanes(operand, reals)});
    case Opcode::I32x4TruncSatF32x4S:
      return truncated_signed(to_lanes(operand, singles));
    case Opcode::I32x4TruncSatF32x4U:
      return truncated_unsigned(to_lanes(operand, singles));
    case Opcode::I32x4TruncSatF64x2SZero:
      return truncated_signed_zero(to_lanes(operand, reals));
    case Opcode::I32x4TruncSatF64x2UZero:
      return truncated_unsigned_zero(to_lanes(operand, reals));
    default:
      return nullptr;
  }
}

// x86 gives the smallest integer for whatever does not fit: right for what is too small. Of what is
// too large all bits are to be inverted, and a NaN becomes zero before.
Value* SimdEmitter::truncated_signed(Value* x) {
  x = builder_.CreateSelect(builder_.CreateFCmpORD(x, x), x, Constant::getNullValue(x->getType()));
  Value* integers = builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvttps2dq, {x});
  Value* too_large = builder_.CreateFCmpOGE(x, ConstantFP::get(x->getType(), kTwo31));
  return builder_.CreateXor(integers, builder_.CreateSExt(too_large, integers->getType()));
}

// What is below 2^31 is right as it is. From there on that truncation's top bit is set, and the one
// of x - 2^31 has the other bits; from 2^32 on it would be 2^31, whose inverse has all of them.
Value* SimdEmitter::truncated_unsigned(Value* x) {
  Type* type = x->getType();
  x = x86_maximum(builder_, x, Constant::getNullValue(type));  // a NaN becomes zero
  auto truncated = [&](Value* value) {
    return builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvttps2dq, {value});
  };
  Value* low = truncated(x);
  Value* high = truncated(builder_.CreateFSub(x, ConstantFP::get(type, kTwo31)));
  Value* too_large = builder_.CreateFCmpOGE(x, ConstantFP::get(type, kTwo32));
  high = builder_.CreateXor(high, builder_.CreateSExt(too_large, high->getType()));
  return builder_.CreateOr(low, builder_.CreateAnd(high, builder_.CreateAShr(low, 31)));
}

// x86 leaves zeros in the upper lanes.
Value* SimdEmitter::truncated_signed_zero(Value* x) {
  Type* type = x->getType();
  Value* largest =
      builder_.CreateSelect(builder_.CreateFCmpORD(x, x), ConstantFP::get(type, kTwo31 - 1),
                            Constant::getNullValue(type));
  return builder_.CreateIntrinsic(Intrinsic::x86_sse2_cvttpd2dq,
                                  {x86_minimum(builder_, x, largest)});
}

// 2^52 and an integer below it has that integer as its lowest bits.
Value* SimdEmitter::truncated_unsigned_zero(Value* x) {
  Type* type = x->getType();
  x = x86_maximum(builder_, x, Constant::getNullValue(type));
  x = x86_minimum(builder_, x, ConstantFP::get(type, kTwo32 - 1));
  x = builder_.CreateUnaryIntrinsic(Intrinsic::trunc, x);
  x = builder_.CreateFAdd(x, ConstantFP::get(type, kTwo52));
  VectorType* words = vector_type({false, 32});
  return builder_.CreateShuffleVector(builder_.CreateBitCast(x, words),
                                      Constant::getNullValue(words), {0, 2, 4, 5});
}

}  // namespace wherry::compiler
