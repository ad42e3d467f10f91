#include "compiler/simd_emitter.h"

#include <llvm/Analysis/ConstantFolding.h>

#include <cstdlib>

namespace wherry::compiler {

using namespace llvm;

namespace {

// Names begin with the shape: "i16x8.add". "v128.and" works on any, hence on i64x2.
SimdEmitter::Shape shape_of(wasm::Opcode opcode) {
  const char* name = wasm::opcode_name(opcode);
  if (name[0] == 'v') return {false, 64};
  return {name[0] == 'f', static_cast<unsigned>(std::atoi(name + 1))};
}

}  // namespace

Value* SimdEmitter::emit(const wasm::Instruction& instruction, Operands operands) {
  const Opcode opcode = instruction.opcode;
  const Shape shape = shape_of(opcode);
  if (opcode == Opcode::V128Const) return emit_constant(instruction);
  Value* result = emit_lane(instruction, operands, shape);
  if (!result) result = emit_bitwise(opcode, operands);
  if (!result) result = emit_comparison(opcode, operands, shape);
  if (!result) result = emit_test(opcode, operands[0], shape);
  if (!result) result = emit_shift(opcode, operands, shape);
  if (!result) result = emit_integer(opcode, operands, shape);
  if (!result) result = emit_float(opcode, operands, shape);
  if (!result) result = emit_conversion(opcode, operands[0]);
  if (!result) result = emit_relaxed(opcode, operands, shape);
  WHERRY_ASSERT(result);
  return result->getType()->isVectorTy() ? to_v128(result) : result;
}

VectorType* SimdEmitter::vector_type(Shape shape) {
  Type* lane = builder_.getIntNTy(shape.lane_bits);
  if (shape.is_float) lane = shape.lane_bits == 32 ? builder_.getFloatTy() : builder_.getDoubleTy();
  return FixedVectorType::get(lane, shape.lanes());
}

Value* SimdEmitter::to_lanes(Value* vector, Shape shape) {
  Type* type = vector_type(shape);
  auto* constant = dyn_cast<Constant>(vector);
  if (!constant) return builder_.CreateBitCast(vector, type);
  return ConstantFoldCastOperand(Instruction::BitCast, constant, type,
                                 builder_.chunk().ir().getDataLayout());
}

SmallVector<Value*, 3> SimdEmitter::to_lanes(Operands operands, Shape shape) {
  SmallVector<Value*, 3> lanes;
  for (Value* operand : operands) lanes.push_back(to_lanes(operand, shape));
  return lanes;
}

Value* SimdEmitter::to_v128(Value* lanes) { return to_lanes(lanes, {false, 64}); }

// Little-endian, as the binary has it.
Value* SimdEmitter::emit_constant(const wasm::Instruction& instruction) {
  return to_v128(ConstantDataVector::get(builder_.getContext(), ArrayRef(instruction.bytes)));
}

Value* SimdEmitter::emit_lane(const wasm::Instruction& instruction, Operands operands,
                              Shape shape) {
  const uint64_t lane = instruction.index;
  Type* word = builder_.getInt32Ty();
  Type* lane_type = vector_type(shape)->getElementType();
  auto narrowed = [&](Value* value) {
    return shape.lane_bits < 32 ? builder_.CreateTrunc(value, lane_type) : value;
  };
  auto extracted = [&] {
    return builder_.CreateExtractElement(to_lanes(operands[0], shape), lane);
  };
  switch (instruction.opcode) {
    case Opcode::I8x16Splat:
    case Opcode::I16x8Splat:
    case Opcode::I32x4Splat:
    case Opcode::I64x2Splat:
    case Opcode::F32x4Splat:
    case Opcode::F64x2Splat:
      return splat(narrowed(operands[0]), shape);
    case Opcode::I8x16ExtractLaneS:
    case Opcode::I16x8ExtractLaneS:
      return builder_.CreateSExt(extracted(), word);
    case Opcode::I8x16ExtractLaneU:
    case Opcode::I16x8ExtractLaneU:
      return builder_.CreateZExt(extracted(), word);
    case Opcode::I32x4ExtractLane:
    case Opcode::I64x2ExtractLane:
    case Opcode::F32x4ExtractLane:
    case Opcode::F64x2ExtractLane:
      return extracted();
    case Opcode::I8x16ReplaceLane:
    case Opcode::I16x8ReplaceLane:
    case Opcode::I32x4ReplaceLane:
    case Opcode::I64x2ReplaceLane:
    case Opcode::F32x4ReplaceLane:
    case Opcode::F64x2ReplaceLane:
      return builder_.CreateInsertElement(to_lanes(operands[0], shape), narrowed(operands[1]),
                                          lane);
    case Opcode::I8x16Shuffle:
      return emit_shuffle(instruction, operands);
    default:
      return nullptr;
  }
}

Value* SimdEmitter::emit_shuffle(const wasm::Instruction& instruction, Operands operands) {
  const SmallVector<int, 16> lanes(instruction.bytes.begin(), instruction.bytes.end());
  const auto bytes = to_lanes(operands, {false, 8});
  return builder_.CreateShuffleVector(bytes[0], bytes[1], lanes);
}

}  // namespace wherry::compiler
