// Bits and integers. Core 3.0 §4.3.2 and §4.3.5.
#include <llvm/IR/Intrinsics.h>
#include <llvm/IR/IntrinsicsX86.h>

#include "compiler/simd_emitter.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

using wasm::Opcode;

constexpr CmpInst::Predicate kIntegerPredicates[] = {
    CmpInst::ICMP_EQ,  CmpInst::ICMP_NE,  CmpInst::ICMP_SLT, CmpInst::ICMP_ULT, CmpInst::ICMP_SGT,
    CmpInst::ICMP_UGT, CmpInst::ICMP_SLE, CmpInst::ICMP_ULE, CmpInst::ICMP_SGE, CmpInst::ICMP_UGE};
constexpr CmpInst::Predicate kSignedPredicates[] = {CmpInst::ICMP_EQ,  CmpInst::ICMP_NE,
                                                    CmpInst::ICMP_SLT, CmpInst::ICMP_SGT,
                                                    CmpInst::ICMP_SLE, CmpInst::ICMP_SGE};
constexpr CmpInst::Predicate kFloatPredicates[] = {CmpInst::FCMP_OEQ, CmpInst::FCMP_UNE,
                                                   CmpInst::FCMP_OLT, CmpInst::FCMP_OGT,
                                                   CmpInst::FCMP_OLE, CmpInst::FCMP_OGE};

// A shape's comparisons follow each other in the table of opcodes.
struct Comparisons {
  Opcode first;
  ArrayRef<CmpInst::Predicate> predicates;
};
const Comparisons kComparisons[] = {
    {Opcode::I8x16Eq, kIntegerPredicates}, {Opcode::I16x8Eq, kIntegerPredicates},
    {Opcode::I32x4Eq, kIntegerPredicates}, {Opcode::I64x2Eq, kSignedPredicates},
    {Opcode::F32x4Eq, kFloatPredicates},   {Opcode::F64x2Eq, kFloatPredicates}};

// The four opcodes from `first` on: low_s, high_s, low_u, high_u.
struct Extensions {
  Opcode first;
  bool is_product;
};
constexpr Extensions kExtensions[] = {
    {Opcode::I16x8ExtendLowI8x16S, false}, {Opcode::I32x4ExtendLowI16x8S, false},
    {Opcode::I64x2ExtendLowI32x4S, false}, {Opcode::I16x8ExtmulLowI8x16S, true},
    {Opcode::I32x4ExtmulLowI16x8S, true},  {Opcode::I64x2ExtmulLowI32x4S, true}};

constexpr size_t distance(Opcode from, Opcode to) {
  return static_cast<size_t>(static_cast<int>(to) - static_cast<int>(from));
}

}  // namespace

Value* SimdEmitter::emit_bitwise(Opcode opcode, Operands operands) {
  switch (opcode) {
    case Opcode::V128Not:
      return builder_.CreateNot(operands[0]);
    case Opcode::V128And:
      return builder_.CreateAnd(operands[0], operands[1]);
    case Opcode::V128Andnot:
      return builder_.CreateAnd(operands[0], builder_.CreateNot(operands[1]));
    case Opcode::V128Or:
      return builder_.CreateOr(operands[0], operands[1]);
    case Opcode::V128Xor:
      return builder_.CreateXor(operands[0], operands[1]);
    case Opcode::V128Bitselect:
      return builder_.CreateOr(builder_.CreateAnd(operands[0], operands[2]),
                               builder_.CreateAnd(operands[1], builder_.CreateNot(operands[2])));
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_comparison(Opcode opcode, Operands operands, Shape shape) {
  for (const Comparisons& comparisons : kComparisons) {
    if (opcode < comparisons.first) continue;
    const size_t index = distance(comparisons.first, opcode);
    if (index >= comparisons.predicates.size()) continue;
    const auto lanes = to_lanes(operands, shape);
    Value* holds = builder_.CreateCmp(comparisons.predicates[index], lanes[0], lanes[1]);
    return builder_.CreateSExt(holds, vector_type({false, shape.lane_bits}));
  }
  return nullptr;
}

// Comparisons of all 128 bits become ptest; lanes' signs as a number, movmsk.
Value* SimdEmitter::emit_test(Opcode opcode, Value* operand, Shape shape) {
  Type* word = builder_.getInt32Ty();
  auto as_one_integer = [&](Value* value) {
    return builder_.CreateBitCast(value, builder_.getIntNTy(128));
  };
  switch (opcode) {
    case Opcode::V128AnyTrue:
      return builder_.CreateZExt(builder_.CreateIsNotNull(as_one_integer(operand)), word);
    case Opcode::I8x16AllTrue:
    case Opcode::I16x8AllTrue:
    case Opcode::I32x4AllTrue:
    case Opcode::I64x2AllTrue: {
      Value* is_zero = builder_.CreateIsNull(to_lanes(operand, shape));
      Value* masks = builder_.CreateSExt(is_zero, vector_type(shape));
      return builder_.CreateZExt(builder_.CreateIsNull(as_one_integer(masks)), word);
    }
    case Opcode::I8x16Bitmask:
    case Opcode::I16x8Bitmask:
    case Opcode::I32x4Bitmask:
    case Opcode::I64x2Bitmask: {
      Value* lanes = to_lanes(operand, shape);
      Value* signs = builder_.CreateICmpSLT(lanes, Constant::getNullValue(lanes->getType()));
      return builder_.CreateZExt(builder_.CreateBitCast(signs, builder_.getIntNTy(shape.lanes())),
                                 word);
    }
    default:
      return nullptr;
  }
}

// The count is modulo the lanes' width, and the same for all.
Value* SimdEmitter::emit_shift(Opcode opcode, Operands operands, Shape shape) {
  Instruction::BinaryOps operation;
  switch (opcode) {
    case Opcode::I8x16Shl:
    case Opcode::I16x8Shl:
    case Opcode::I32x4Shl:
    case Opcode::I64x2Shl:
      operation = Instruction::Shl;
      break;
    case Opcode::I8x16ShrS:
    case Opcode::I16x8ShrS:
    case Opcode::I32x4ShrS:
    case Opcode::I64x2ShrS:
      operation = Instruction::AShr;
      break;
    case Opcode::I8x16ShrU:
    case Opcode::I16x8ShrU:
    case Opcode::I32x4ShrU:
    case Opcode::I64x2ShrU:
      operation = Instruction::LShr;
      break;
    default:
      return nullptr;
  }
  Value* count = builder_.CreateAnd(operands[1], shape.lane_bits - 1);
  count = builder_.CreateZExtOrTrunc(count, builder_.getIntNTy(shape.lane_bits));
  return builder_.CreateBinOp(operation, to_lanes(operands[0], shape), splat(count, shape));
}

Value* SimdEmitter::emit_integer(Opcode opcode, Operands operands, Shape shape) {
  if (Value* result = emit_saturating(opcode, operands, shape)) return result;
  if (Value* result = emit_narrowing(opcode, operands)) return result;
  if (Value* result = emit_pairwise(opcode, operands)) return result;
  if (Value* result = emit_extension(opcode, operands, shape)) return result;
  switch (opcode) {
    case Opcode::I8x16Abs:
    case Opcode::I16x8Abs:
    case Opcode::I32x4Abs:
    case Opcode::I64x2Abs:
      return builder_.CreateBinaryIntrinsic(Intrinsic::abs, to_lanes(operands[0], shape),
                                            builder_.getFalse());
    case Opcode::I8x16Neg:
    case Opcode::I16x8Neg:
    case Opcode::I32x4Neg:
    case Opcode::I64x2Neg:
      return builder_.CreateNeg(to_lanes(operands[0], shape));
    case Opcode::I8x16Popcnt:
      return builder_.CreateUnaryIntrinsic(Intrinsic::ctpop, to_lanes(operands[0], shape));
    case Opcode::I8x16Add:
    case Opcode::I16x8Add:
    case Opcode::I32x4Add:
    case Opcode::I64x2Add:
      return builder_.CreateAdd(to_lanes(operands[0], shape), to_lanes(operands[1], shape));
    case Opcode::I8x16Sub:
    case Opcode::I16x8Sub:
    case Opcode::I32x4Sub:
    case Opcode::I64x2Sub:
      return builder_.CreateSub(to_lanes(operands[0], shape), to_lanes(operands[1], shape));
    case Opcode::I16x8Mul:
    case Opcode::I32x4Mul:
    case Opcode::I64x2Mul:
      return builder_.CreateMul(to_lanes(operands[0], shape), to_lanes(operands[1], shape));
    case Opcode::I8x16AvgrU:
    case Opcode::I16x8AvgrU:
      return rounded_average(to_lanes(operands[0], shape), to_lanes(operands[1], shape));
    case Opcode::I16x8Q15mulrSatS:
      return q15_product(to_lanes(operands[0], shape), to_lanes(operands[1], shape));
    case Opcode::I8x16Swizzle: {
      // x86 takes an index's low four bits where its top bit is clear, and gives 0 where it is set:
      // adding 0x70, with saturation, sets it from 16 on.
      Value* margin = ConstantInt::get(vector_type(shape), 0x70);
      Value* indices =
          builder_.CreateBinaryIntrinsic(Intrinsic::uadd_sat, to_lanes(operands[1], shape), margin);
      return swizzle(to_lanes(operands[0], shape), indices);
    }
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_saturating(Opcode opcode, Operands operands, Shape shape) {
  auto both = [&](Intrinsic::ID id) {
    return builder_.CreateBinaryIntrinsic(id, to_lanes(operands[0], shape),
                                          to_lanes(operands[1], shape));
  };
  switch (opcode) {
    case Opcode::I8x16AddSatS:
    case Opcode::I16x8AddSatS:
      return both(Intrinsic::sadd_sat);
    case Opcode::I8x16AddSatU:
    case Opcode::I16x8AddSatU:
      return both(Intrinsic::uadd_sat);
    case Opcode::I8x16SubSatS:
    case Opcode::I16x8SubSatS:
      return both(Intrinsic::ssub_sat);
    case Opcode::I8x16SubSatU:
    case Opcode::I16x8SubSatU:
      return both(Intrinsic::usub_sat);
    case Opcode::I8x16MinS:
    case Opcode::I16x8MinS:
    case Opcode::I32x4MinS:
      return both(Intrinsic::smin);
    case Opcode::I8x16MinU:
    case Opcode::I16x8MinU:
    case Opcode::I32x4MinU:
      return both(Intrinsic::umin);
    case Opcode::I8x16MaxS:
    case Opcode::I16x8MaxS:
    case Opcode::I32x4MaxS:
      return both(Intrinsic::smax);
    case Opcode::I8x16MaxU:
    case Opcode::I16x8MaxU:
    case Opcode::I32x4MaxU:
      return both(Intrinsic::umax);
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_narrowing(Opcode opcode, Operands operands) {
  auto packed = [&](Intrinsic::ID id, unsigned lane_bits) {
    return builder_.CreateIntrinsic(id, to_lanes(operands, {false, lane_bits}));
  };
  switch (opcode) {
    case Opcode::I8x16NarrowI16x8S:
      return packed(Intrinsic::x86_sse2_packsswb_128, 16);
    case Opcode::I8x16NarrowI16x8U:
      return packed(Intrinsic::x86_sse2_packuswb_128, 16);
    case Opcode::I16x8NarrowI32x4S:
      return packed(Intrinsic::x86_sse2_packssdw_128, 32);
    case Opcode::I16x8NarrowI32x4U:
      return packed(Intrinsic::x86_sse41_packusdw, 32);
    default:
      return nullptr;
  }
}

// Sums of neighbours are products with ones.
Value* SimdEmitter::emit_pairwise(Opcode opcode, Operands operands) {
  const Shape bytes{false, 8}, words{false, 16};
  Value* byte_ones = ConstantInt::get(vector_type(bytes), 1);
  Value* word_ones = ConstantInt::get(vector_type(words), 1);
  switch (opcode) {
    case Opcode::I16x8ExtaddPairwiseI8x16S:
      return multiply_add_bytes(byte_ones, to_lanes(operands[0], bytes));
    case Opcode::I16x8ExtaddPairwiseI8x16U:
      return multiply_add_bytes(to_lanes(operands[0], bytes), byte_ones);
    case Opcode::I32x4ExtaddPairwiseI16x8S:
      return multiply_add_words(to_lanes(operands[0], words), word_ones);
    case Opcode::I32x4ExtaddPairwiseI16x8U: {  // pmaddwd has no unsigned sibling
      Value* lanes = to_lanes(operands[0], {false, 32});
      return builder_.CreateAdd(builder_.CreateAnd(lanes, 0xffff), builder_.CreateLShr(lanes, 16));
    }
    case Opcode::I32x4DotI16x8S:
      return multiply_add_words(to_lanes(operands[0], words), to_lanes(operands[1], words));
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_extension(Opcode opcode, Operands operands, Shape shape) {
  for (const Extensions& extensions : kExtensions) {
    if (opcode < extensions.first || distance(extensions.first, opcode) > 3) continue;
    const size_t index = distance(extensions.first, opcode);
    SmallVector<int, 8> half;
    for (unsigned lane = 0; lane < shape.lanes(); ++lane)
      half.push_back(static_cast<int>(index % 2 * shape.lanes() + lane));
    auto extended = [&](Value* operand) {
      Value* lanes = to_lanes(operand, shape.with_half_lanes());
      lanes = builder_.CreateShuffleVector(lanes, half);
      return index < 2 ? builder_.CreateSExt(lanes, vector_type(shape))
                       : builder_.CreateZExt(lanes, vector_type(shape));
    };
    Value* first = extended(operands[0]);
    return extensions.is_product ? builder_.CreateMul(first, extended(operands[1])) : first;
  }
  return nullptr;
}

// The form in which LLVM knows pavgb and pavgw.
Value* SimdEmitter::rounded_average(Value* left, Value* right) {
  Type* wide = VectorType::getExtendedElementVectorType(cast<VectorType>(left->getType()));
  Value* sum =
      builder_.CreateAdd(builder_.CreateZExt(left, wide), builder_.CreateZExt(right, wide));
  sum = builder_.CreateAdd(sum, ConstantInt::get(wide, 1));
  return builder_.CreateTrunc(builder_.CreateLShr(sum, 1), left->getType());
}

// x86's product is right but for the one pair that overflows, -1 by -1, whose 0x8000 no other pair
// gives: all its bits are to be inverted.
Value* SimdEmitter::q15_product(Value* left, Value* right) {
  Value* product = builder_.CreateIntrinsic(Intrinsic::x86_ssse3_pmul_hr_sw_128, {left, right});
  Type* type = product->getType();
  Value* overflowed = builder_.CreateICmpEQ(product, ConstantInt::get(type, 0x8000));
  return builder_.CreateXor(product, builder_.CreateSExt(overflowed, type));
}

Value* SimdEmitter::swizzle(Value* bytes, Value* indices) {
  return builder_.CreateIntrinsic(Intrinsic::x86_ssse3_pshuf_b_128, {bytes, indices});
}

Value* SimdEmitter::multiply_add_bytes(Value* unsigned_bytes, Value* signed_bytes) {
  return builder_.CreateIntrinsic(Intrinsic::x86_ssse3_pmadd_ub_sw_128,
                                  {unsigned_bytes, signed_bytes});
}

Value* SimdEmitter::multiply_add_words(Value* left, Value* right) {
  return builder_.CreateIntrinsic(Intrinsic::x86_sse2_pmadd_wd, {left, right});
}

}  // namespace wherry::compiler
