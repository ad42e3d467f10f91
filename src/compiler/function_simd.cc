// Vector instructions: operands from the stack, and loads and stores. Core 3.0 §4.6.7.
// What is computed without memory is in simd_emitter.h.
#include "compiler/function_emitter.h"
#include "compiler/simd_emitter.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

using wasm::Opcode;
using Shape = SimdEmitter::Shape;

constexpr Shape kBytes{false, 8}, kWords{false, 16}, kDoubleWords{false, 32}, kQuadWords{false, 64};

// A load whose value is made into a vector: lanes of half the width, each of them extended; one
// lane for all; or one lane, the others being zero.
struct PartialLoad {
  enum class Kind : uint8_t { ExtendedSigned, ExtendedUnsigned, Splat, Zero };
  Opcode opcode;
  Kind kind;
  Shape shape;  // of the result
};

constexpr PartialLoad kPartialLoads[] = {
    {Opcode::V128Load8x8S, PartialLoad::Kind::ExtendedSigned, kWords},
    {Opcode::V128Load8x8U, PartialLoad::Kind::ExtendedUnsigned, kWords},
    {Opcode::V128Load16x4S, PartialLoad::Kind::ExtendedSigned, kDoubleWords},
    {Opcode::V128Load16x4U, PartialLoad::Kind::ExtendedUnsigned, kDoubleWords},
    {Opcode::V128Load32x2S, PartialLoad::Kind::ExtendedSigned, kQuadWords},
    {Opcode::V128Load32x2U, PartialLoad::Kind::ExtendedUnsigned, kQuadWords},
    {Opcode::V128Load8Splat, PartialLoad::Kind::Splat, kBytes},
    {Opcode::V128Load16Splat, PartialLoad::Kind::Splat, kWords},
    {Opcode::V128Load32Splat, PartialLoad::Kind::Splat, kDoubleWords},
    {Opcode::V128Load64Splat, PartialLoad::Kind::Splat, kQuadWords},
    {Opcode::V128Load32Zero, PartialLoad::Kind::Zero, kDoubleWords},
    {Opcode::V128Load64Zero, PartialLoad::Kind::Zero, kQuadWords},
};

// Letters before the colon.
size_t operand_count(Opcode opcode) {
  std::string_view signature = wasm::find_opcode(static_cast<uint16_t>(opcode))->signature;
  return signature.find(':');
}

// Of the lanes of v128.load16_lane and its like.
Shape lane_shape(Opcode opcode) { return {false, 8 * wasm::access_bytes(opcode)}; }

}  // namespace

bool FunctionEmitter::emit_simd(const Instruction& instruction) {
  if (!wasm::is_vector(instruction.opcode)) return false;
  if (emit_vector_access(instruction)) return true;
  const size_t first = stack_.size() - operand_count(instruction.opcode);
  SmallVector<Value*, 3> operands(stack_.begin() + static_cast<ptrdiff_t>(first), stack_.end());
  stack_.resize(first);
  push(SimdEmitter(builder_).emit(instruction, operands));
  return true;
}

bool FunctionEmitter::emit_vector_access(const Instruction& instruction) {
  switch (instruction.opcode) {
    case Opcode::V128Load:
      push(guest_load(chunk_.type(wasm::ValueType::v128()), instruction));
      return true;
    case Opcode::V128Store:
      guest_store(pop(), instruction);
      return true;
    case Opcode::V128Load8Lane:
    case Opcode::V128Load16Lane:
    case Opcode::V128Load32Lane:
    case Opcode::V128Load64Lane:
      emit_load_lane(instruction);
      return true;
    case Opcode::V128Store8Lane:
    case Opcode::V128Store16Lane:
    case Opcode::V128Store32Lane:
    case Opcode::V128Store64Lane: {
      Value* lanes = SimdEmitter(builder_).to_lanes(pop(), lane_shape(instruction.opcode));
      guest_store(builder_.CreateExtractElement(lanes, uint64_t{instruction.index}), instruction);
      return true;
    }
    default:
      return emit_partial_load(instruction);
  }
}

void FunctionEmitter::emit_load_lane(const Instruction& instruction) {
  const Shape shape = lane_shape(instruction.opcode);
  SimdEmitter simd(builder_);
  Value* lanes = simd.to_lanes(pop(), shape);
  Value* lane = guest_load(builder_.getIntNTy(shape.lane_bits), instruction);
  push(simd.to_v128(builder_.CreateInsertElement(lanes, lane, uint64_t{instruction.index})));
}

bool FunctionEmitter::emit_partial_load(const Instruction& instruction) {
  const PartialLoad* load =
      std::ranges::find(kPartialLoads, instruction.opcode, &PartialLoad::opcode);
  if (load == std::end(kPartialLoads)) return false;
  SimdEmitter simd(builder_);
  Type* lane = builder_.getIntNTy(load->shape.lane_bits);
  Type* vector = FixedVectorType::get(lane, load->shape.lanes());
  auto load_narrow = [&] {
    Type* narrow = builder_.getIntNTy(load->shape.lane_bits / 2);
    return guest_load(FixedVectorType::get(narrow, load->shape.lanes()), instruction);
  };
  Value* result = nullptr;
  switch (load->kind) {
    case PartialLoad::Kind::ExtendedSigned:
      result = builder_.CreateSExt(load_narrow(), vector);
      break;
    case PartialLoad::Kind::ExtendedUnsigned:
      result = builder_.CreateZExt(load_narrow(), vector);
      break;
    case PartialLoad::Kind::Splat:
      result = simd.splat(guest_load(lane, instruction), load->shape);
      break;
    case PartialLoad::Kind::Zero:
      result = builder_.CreateInsertElement(Constant::getNullValue(vector),
                                            guest_load(lane, instruction), uint64_t{0});
      break;
  }
  push(simd.to_v128(result));
  return true;
}

}  // namespace wherry::compiler
