// Conversions between number types. Core 3.0 §4.3.4.
#include <llvm/IR/Intrinsics.h>

#include "compiler/function_emitter.h"

namespace wherry::compiler {

using namespace llvm;
using abi::TrapCode;

namespace {

using wasm::Opcode;

// A truncation from float to integer is defined where low < x < high, or low <= x where
// low_included: -2^31 - 1 is a double but no float, and of 64 bits neither has the number below
// -2^63.
struct TruncationRange {
  Opcode opcode;
  uint8_t bits;
  bool is_signed;
  bool low_included;
  double low, high;
};

constexpr double kTwo31 = 2147483648.0, kTwo32 = 4294967296.0;
constexpr double kTwo63 = 9223372036854775808.0, kTwo64 = 18446744073709551616.0;

constexpr TruncationRange kTruncations[] = {
    {Opcode::I32TruncF32S, 32, true, true, -kTwo31, kTwo31},
    {Opcode::I32TruncF32U, 32, false, false, -1.0, kTwo32},
    {Opcode::I32TruncF64S, 32, true, false, -kTwo31 - 1.0, kTwo31},
    {Opcode::I32TruncF64U, 32, false, false, -1.0, kTwo32},
    {Opcode::I64TruncF32S, 64, true, true, -kTwo63, kTwo63},
    {Opcode::I64TruncF32U, 64, false, false, -1.0, kTwo64},
    {Opcode::I64TruncF64S, 64, true, true, -kTwo63, kTwo63},
    {Opcode::I64TruncF64U, 64, false, false, -1.0, kTwo64},
};

}  // namespace

bool FunctionEmitter::emit_conversion(Opcode opcode) {
  Value* operand = stack_.back();
  Value* result = emit_width_conversion(opcode, operand);
  if (result == nullptr) result = emit_float_conversion(opcode, operand);
  if (result == nullptr) result = emit_checked_truncation(opcode, operand);
  if (result == nullptr) result = emit_saturating_truncation(opcode, operand);
  if (result == nullptr) return false;
  stack_.back() = result;
  return true;
}

Value* FunctionEmitter::emit_width_conversion(Opcode opcode, Value* operand) {
  Type* word = builder_.getInt32Ty();
  Type* wide = builder_.getInt64Ty();
  auto extend_low = [&](unsigned bits) {
    return builder_.CreateSExt(builder_.CreateTrunc(operand, builder_.getIntNTy(bits)),
                               operand->getType());
  };
  switch (opcode) {
    case Opcode::I32WrapI64:
      return builder_.CreateTrunc(operand, word);
    case Opcode::I64ExtendI32S:
      return builder_.CreateSExt(operand, wide);
    case Opcode::I64ExtendI32U:
      return builder_.CreateZExt(operand, wide);
    case Opcode::I32Extend8S:
    case Opcode::I64Extend8S:
      return extend_low(8);
    case Opcode::I32Extend16S:
    case Opcode::I64Extend16S:
      return extend_low(16);
    case Opcode::I64Extend32S:
      return extend_low(32);
    case Opcode::I32ReinterpretF32:
      return builder_.CreateBitCast(operand, word);
    case Opcode::I64ReinterpretF64:
      return builder_.CreateBitCast(operand, wide);
    case Opcode::F32ReinterpretI32:
      return builder_.CreateBitCast(operand, builder_.getFloatTy());
    case Opcode::F64ReinterpretI64:
      return builder_.CreateBitCast(operand, builder_.getDoubleTy());
    default:
      return nullptr;
  }
}

Value* FunctionEmitter::emit_float_conversion(Opcode opcode, Value* operand) {
  Type* single = builder_.getFloatTy();
  Type* real = builder_.getDoubleTy();
  switch (opcode) {
    case Opcode::F32ConvertI32S:
    case Opcode::F32ConvertI64S:
      return builder_.CreateSIToFP(operand, single);
    case Opcode::F32ConvertI32U:
    case Opcode::F32ConvertI64U:
      return builder_.CreateUIToFP(operand, single);
    case Opcode::F64ConvertI32S:
    case Opcode::F64ConvertI64S:
      return builder_.CreateSIToFP(operand, real);
    case Opcode::F64ConvertI32U:
    case Opcode::F64ConvertI64U:
      return builder_.CreateUIToFP(operand, real);
    case Opcode::F32DemoteF64:
      return builder_.CreateFPTrunc(operand, single);
    case Opcode::F64PromoteF32:
      return builder_.CreateFPExt(operand, real);
    default:
      return nullptr;
  }
}

// In range: one branch. Outside, a NaN is told from a number on the way to the trap.
Value* FunctionEmitter::emit_checked_truncation(Opcode opcode, Value* operand) {
  const TruncationRange* range = std::ranges::find(kTruncations, opcode, &TruncationRange::opcode);
  if (range == std::end(kTruncations)) return nullptr;
  Constant* low = ConstantFP::get(operand->getType(), range->low);
  Constant* high = ConstantFP::get(operand->getType(), range->high);
  Value* above = range->low_included ? builder_.CreateFCmpOGE(operand, low)
                                     : builder_.CreateFCmpOGT(operand, low);
  Value* is_inside = builder_.CreateAnd(above, builder_.CreateFCmpOLT(operand, high));
  BasicBlock* outside = builder_.create_block();
  BasicBlock* inside = builder_.create_block();
  builder_.CreateCondBr(builder_.CreateNot(is_inside), outside, inside, chunk_.unlikely());
  builder_.SetInsertPoint(outside);
  builder_.trap_if(builder_.CreateFCmpUNO(operand, operand), TrapCode::InvalidConversionToInteger);
  builder_.trap(TrapCode::IntegerOverflow);
  builder_.SetInsertPoint(inside);
  Type* type = builder_.getIntNTy(range->bits);
  return range->is_signed ? builder_.CreateFPToSI(operand, type)
                          : builder_.CreateFPToUI(operand, type);
}

Value* FunctionEmitter::emit_saturating_truncation(Opcode opcode, Value* operand) {
  auto saturate = [&](Intrinsic::ID id, Type* type) {
    return builder_.CreateIntrinsic(id, {type, operand->getType()}, {operand});
  };
  switch (opcode) {
    case Opcode::I32TruncSatF32S:
    case Opcode::I32TruncSatF64S:
      return saturate(Intrinsic::fptosi_sat, builder_.getInt32Ty());
    case Opcode::I32TruncSatF32U:
    case Opcode::I32TruncSatF64U:
      return saturate(Intrinsic::fptoui_sat, builder_.getInt32Ty());
    case Opcode::I64TruncSatF32S:
    case Opcode::I64TruncSatF64S:
      return saturate(Intrinsic::fptosi_sat, builder_.getInt64Ty());
    case Opcode::I64TruncSatF32U:
    case Opcode::I64TruncSatF64U:
      return saturate(Intrinsic::fptoui_sat, builder_.getInt64Ty());
    default:
      return nullptr;
  }
}

}  // namespace wherry::compiler
