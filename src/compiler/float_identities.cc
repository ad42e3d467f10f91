#include "compiler/float_identities.h"

#include <llvm/Analysis/ConstantFolding.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/Operator.h>

namespace wherry::compiler {

using namespace llvm;

namespace {

bool is_identity_of_something(const Constant* number) {
  auto* constant = dyn_cast<ConstantFP>(number);
  return constant &&
         (constant->isZero() || constant->isExactlyValue(1.0) || constant->isExactlyValue(-1.0));
}

// A vector constant may stand behind a cast from other lanes.
const Constant* constant_of(const Value* value, const DataLayout& layout) {
  if (auto* cast = dyn_cast<BitCastInst>(value))
    if (auto* inner = dyn_cast<Constant>(cast->getOperand(0)))
      return ConstantFoldCastOperand(Instruction::BitCast, const_cast<Constant*>(inner),
                                     cast->getType(), layout);
  return dyn_cast<Constant>(value);
}

// Of a vector, one lane is enough: the optimiser may look at lanes one by one.
bool has_identity_of_something(const Value* value, const DataLayout& layout) {
  const Constant* constant = constant_of(value, layout);
  if (!constant) return false;
  auto* vector = dyn_cast<FixedVectorType>(constant->getType());
  if (!vector) return is_identity_of_something(constant);
  for (unsigned lane = 0; lane < vector->getNumElements(); ++lane)
    if (const Constant* number = constant->getAggregateElement(lane))
      if (is_identity_of_something(number)) return true;
  return false;
}

bool is_arithmetic(const Instruction& instruction) {
  switch (instruction.getOpcode()) {
    case Instruction::FAdd:
    case Instruction::FSub:
    case Instruction::FMul:
    case Instruction::FDiv:
      return true;
    default:
      return false;
  }
}

// The same value, out of an assembler text without instructions: nobody looks through it.
Value* hidden(IRBuilder<>& builder, Value* value) {
  FunctionType* type = FunctionType::get(value->getType(), {value->getType()}, false);
  return builder.CreateCall(InlineAsm::get(type, "", "=x,0", false), {value});
}

}  // namespace

PreservedAnalyses FloatIdentitiesPass::run(Function& function, FunctionAnalysisManager&) {
  bool changed = false;
  for (Instruction& instruction : make_early_inc_range(instructions(function))) {
    IRBuilder<> builder(&instruction);
    if (is_arithmetic(instruction)) {
      for (Use& operand : instruction.operands()) {
        if (!has_identity_of_something(operand, function.getDataLayout())) continue;
        operand.set(hidden(builder, operand));
        changed = true;
      }
    } else if (isa<FPTruncInst>(instruction) && isa<FPExtInst>(instruction.getOperand(0))) {
      Value* original = cast<FPExtInst>(instruction.getOperand(0))->getOperand(0);
      Value* one = hidden(builder, ConstantFP::get(original->getType(), 1.0));
      instruction.replaceAllUsesWith(builder.CreateFMul(original, one));
      instruction.eraseFromParent();
      changed = true;
    }
  }
  if (!changed) return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

}  // namespace wherry::compiler
