// min and max of floats and of vectors of floats.
#pragma once

#include "compiler/ir_builder.h"

namespace wherry::compiler {

// As Core 3.0 §4.3.3 has them.
llvm::Value* float_minimum(IrBuilder& builder, llvm::Value* left, llvm::Value* right);
llvm::Value* float_maximum(IrBuilder& builder, llvm::Value* left, llvm::Value* right);

// As x86 has them, in one instruction: the second one where they are equal or unordered.
llvm::Value* x86_minimum(IrBuilder& builder, llvm::Value* first, llvm::Value* second);
llvm::Value* x86_maximum(IrBuilder& builder, llvm::Value* first, llvm::Value* second);

}  // namespace wherry::compiler
