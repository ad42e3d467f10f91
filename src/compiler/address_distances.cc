#include "compiler/negative_distances.h"

#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/InstIterator.h>
#include <llvm/IR/PatternMatch.h>

#include "abi/instance_layout.h"

namespace wherry::compiler {

using namespace llvm;

// The address of an access is a sum of bytes: the memory's base, and an index of 32 bits.
bool NegativeDistancesPass::fold(Instruction& access) const {
  using namespace PatternMatch;
  if (access.getMetadata(LLVMContext::MD_tbaa) != guest_access_) return false;
  auto* address = dyn_cast_or_null<GetElementPtrInst>(getLoadStorePointerOperand(&access));
  if (!address || address->getNumIndices() != 1 || !address->getSourceElementType()->isIntegerTy(8))
    return false;
  Value* index = nullptr;
  const APInt* distance = nullptr;
  if (!match(address->getOperand(1), m_ZExt(m_Add(m_Value(index), m_APInt(distance)))) ||
      distance->getBitWidth() != 32)
    return false;
  const int64_t bytes = distance->getSExtValue();
  if (bytes >= 0 || -bytes > static_cast<int64_t>(abi::kMemoryFrontGuardBytes)) return false;
  IRBuilder<> builder(address);
  Value* wide = builder.CreateZExt(index, builder.getInt64Ty());
  // The base comes first, so that accesses at other distances from the index share the sum.
  Value* place = builder.CreateGEP(builder.getInt8Ty(), address->getPointerOperand(), wide);
  Value* folded = builder.CreateGEP(builder.getInt8Ty(), place, builder.getInt64(bytes));
  access.replaceUsesOfWith(address, folded);
  return true;
}

PreservedAnalyses NegativeDistancesPass::run(Function& function, FunctionAnalysisManager&) {
  bool changed = false;
  for (Instruction& instruction : instructions(function)) changed |= fold(instruction);
  if (!changed) return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

}  // namespace wherry::compiler
