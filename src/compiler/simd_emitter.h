// Translates the vector instructions that touch no memory: operands in, result out, without a state
// of its own. Loads and stores of vectors are in function_simd.cc.
//
// A v128 is <2 x i64> wherever values are kept; an instruction casts it to the lanes that its name
// begins with, which costs nothing. Where LLVM has a general operation that becomes the right x86
// instruction it is used, so that the optimiser understands it; x86's own intrinsics stand where
// there is none (saturating packs, pshufb, pmaddwd) or where the general one leaves open what
// happens out of range (cvttps2dq). SSE4.1 is the least that there is; AVX's forms of the same
// instructions come by themselves.
// Follows Core 3.0 §4.3.2 to §4.3.5 (operations of integers, floats and vectors).
#pragma once

#include "compiler/ir_builder.h"
#include "wasm/instruction.h"

namespace wherry::compiler {

// Borrows the builder.
class SimdEmitter {
 public:
  explicit SimdEmitter(IrBuilder& builder) : builder_(builder) {}

  // `operands` as on the stack, the first one pushed first. The instruction must be one of those of
  // wasm/vector_opcodes.h, and no load or store.
  llvm::Value* emit(const wasm::Instruction& instruction, llvm::ArrayRef<llvm::Value*> operands);

  // How the 128 bits are divided.
  struct Shape {
    bool is_float;
    unsigned lane_bits;

    unsigned lanes() const { return 128 / lane_bits; }
    Shape with_half_lanes() const { return {is_float, lane_bits / 2}; }
  };

  // Between <2 x i64> and lanes. Constants are folded, as FloatIdentitiesPass wants to see them.
  llvm::Value* to_lanes(llvm::Value* vector, Shape shape);
  llvm::Value* to_v128(llvm::Value* lanes);
  llvm::Value* splat(llvm::Value* lane, Shape shape) {
    return builder_.CreateVectorSplat(shape.lanes(), lane);
  }

 private:
  using Value = llvm::Value;
  using Opcode = wasm::Opcode;
  using Operands = llvm::ArrayRef<Value*>;

  // simd_emitter.cc: what is about single lanes
  Value* emit_constant(const wasm::Instruction& instruction);
  Value* emit_lane(const wasm::Instruction& instruction, Operands operands, Shape shape);
  Value* emit_shuffle(const wasm::Instruction& instruction, Operands operands);
  llvm::VectorType* vector_type(Shape shape);
  llvm::SmallVector<Value*, 3> to_lanes(Operands operands, Shape shape);

  // simd_integer.cc. nullptr where the instruction is another's, as in all that follow.
  Value* emit_bitwise(Opcode opcode, Operands operands);
  Value* emit_comparison(Opcode opcode, Operands operands, Shape shape);
  Value* emit_test(Opcode opcode, Value* operand, Shape shape);
  Value* emit_shift(Opcode opcode, Operands operands, Shape shape);
  Value* emit_integer(Opcode opcode, Operands operands, Shape shape);
  Value* emit_saturating(Opcode opcode, Operands operands, Shape shape);
  Value* emit_narrowing(Opcode opcode, Operands operands);
  Value* emit_pairwise(Opcode opcode, Operands operands);
  Value* emit_extension(Opcode opcode, Operands operands, Shape shape);
  Value* rounded_average(Value* left, Value* right);
  Value* q15_product(Value* left, Value* right);
  Value* swizzle(Value* bytes, Value* indices);
  Value* multiply_add_bytes(Value* unsigned_bytes, Value* signed_bytes);
  Value* multiply_add_words(Value* left, Value* right);

  // simd_float.cc
  Value* emit_float(Opcode opcode, Operands operands, Shape shape);
  Value* emit_conversion(Opcode opcode, Value* operand);
  // Of f32x4; then of f64x2, with zeros as the upper lanes.
  Value* truncated_signed(Value* x);
  Value* truncated_unsigned(Value* x);
  Value* truncated_signed_zero(Value* x);
  Value* truncated_unsigned_zero(Value* x);

  // simd_relaxed.cc
  Value* emit_relaxed(Opcode opcode, Operands operands, Shape shape);
  Value* multiply_add(Value* left, Value* right, Value* addend);

  IrBuilder& builder_;
};

}  // namespace wherry::compiler
