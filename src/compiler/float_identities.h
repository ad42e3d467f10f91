// Keeps LLVM from folding arithmetic that it takes for an identity. To LLVM x * 1.0 is x, and the
// demotion of a promotion is its operand; to WebAssembly both turn a signalling NaN into a quiet
// one (Core 3.0 §4.3.3). LLVM's constrained arithmetic would say the same, and lose all
// optimisations of floating-point code.
#pragma once

#include <llvm/IR/PassManager.h>

namespace wherry::compiler {

// Hides the constants 0, -0, 1 and -1 of additions, subtractions, multiplications and divisions
// from the optimiser, and turns demote(promote x) into x * 1.0. To run once locals have become
// values.
class FloatIdentitiesPass : public llvm::PassInfoMixin<FloatIdentitiesPass> {
 public:
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);
};

}  // namespace wherry::compiler
