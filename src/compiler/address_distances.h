// Folds negative distances into the accesses that use them: where the address of a load or store is
// x - c, computed in 32 bits, the access may as well be at base + x - c in 64 bits, which x86 adds
// up for nothing. Compilers choose such addresses for loops that walk over records.
//
// Why that holds, for c up to abi::kMemoryFrontGuardBytes and accesses without an offset:
//   - Where x >= c nothing wraps, and both are the same address.
//   - Where x < c the true address is 2^32 + x - c, in the last page that 32 bits reach, which the
//     memory does not have (ModulePlan::lacks_last_page): the access traps. At base + x - c, in the
//     pages in front of the memory, it traps as well: the access begins there, and x86 does nothing
//     of an access of which a part faults.
// An offset behind x - c would take the access out of the front again, into the memory. Positive
// distances wrap around to the memory's begin, and have to.
#pragma once

#include <llvm/IR/PassManager.h>

namespace wherry::compiler {

// For functions all of whose memories lack their last page, and have guards. To run once constants
// are where they belong: behind InstCombine (x - c is x + -c then) and Reassociate.
class NegativeDistancesPass : public llvm::PassInfoMixin<NegativeDistancesPass> {
 public:
  // The tag that tells accesses to linear memory from all others.
  explicit NegativeDistancesPass(const llvm::MDNode* guest_access) : guest_access_(guest_access) {}
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);

 private:
  bool fold(llvm::Instruction& access) const;

  const llvm::MDNode* guest_access_;
};

}  // namespace wherry::compiler
