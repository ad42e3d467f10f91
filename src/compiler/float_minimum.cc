// x86's minss gives its second operand for equal and for unordered ones. So both orders are taken,
// and joined: they differ in the sign of zero alone, which `or` makes negative (`and` positive, for
// the maximum). With a NaN the sum is the result: a quiet NaN. llvm.minimum would do but for NaNs
// that it leaves signalling.
#include "compiler/float_minimum.h"

#include <llvm/IR/IntrinsicsX86.h>

namespace wherry::compiler {

using namespace llvm;

namespace {

Value* as_integer(IrBuilder& builder, Value* value) {
  Type* type = value->getType();
  Type* bits = type->getWithNewType(builder.getIntNTy(type->getScalarSizeInBits()));
  return builder.CreateBitCast(value, bits);
}

Value* unless_nan(IrBuilder& builder, Value* left, Value* right, Value* joined) {
  return builder.CreateSelect(builder.CreateFCmpUNO(left, right), builder.CreateFAdd(left, right),
                              builder.CreateBitCast(joined, left->getType()));
}

}  // namespace

// Scalars as LLVM knows minss. Vectors by name: among the casts of v128 it would lose the pattern.
Value* x86_minimum(IrBuilder& builder, Value* first, Value* second) {
  Type* type = first->getType();
  if (!type->isVectorTy())
    return builder.CreateSelect(builder.CreateFCmpOLT(first, second), first, second);
  bool is_single = type->getScalarType()->isFloatTy();
  return builder.CreateIntrinsic(is_single ? Intrinsic::x86_sse_min_ps : Intrinsic::x86_sse2_min_pd,
                                 {first, second});
}

Value* x86_maximum(IrBuilder& builder, Value* first, Value* second) {
  Type* type = first->getType();
  if (!type->isVectorTy())
    return builder.CreateSelect(builder.CreateFCmpOGT(first, second), first, second);
  bool is_single = type->getScalarType()->isFloatTy();
  return builder.CreateIntrinsic(is_single ? Intrinsic::x86_sse_max_ps : Intrinsic::x86_sse2_max_pd,
                                 {first, second});
}

Value* float_minimum(IrBuilder& builder, Value* left, Value* right) {
  Value* one = as_integer(builder, x86_minimum(builder, left, right));
  Value* other = as_integer(builder, x86_minimum(builder, right, left));
  return unless_nan(builder, left, right, builder.CreateOr(one, other));
}

Value* float_maximum(IrBuilder& builder, Value* left, Value* right) {
  Value* one = as_integer(builder, x86_maximum(builder, left, right));
  Value* other = as_integer(builder, x86_maximum(builder, right, left));
  return unless_nan(builder, left, right, builder.CreateAnd(one, other));
}

}  // namespace wherry::compiler
