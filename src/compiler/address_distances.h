// Folds constant distances into the accesses that use them. A module adds them in 32 bits, where
// the sum may wrap: x + c costs an instruction, and a register in loops. In 64 bits it is a part of
// the access's own address, which x86 adds up for nothing. Producers write such sums where they
// walk over records, or cannot say that an offset does not overflow.
//
// Both ways to show that nothing wraps need memories that never have the last page that 32 bits
// reach (ModulePlan::lacks_last_pages), so that all valid addresses are below 2^32 - 2^16.
// Distances are up to abi::kMemoryFrontGuardBytes, which is 2^16.
//
// Upwards: let an access at x + d have happened (one that dominates this one: accesses are
// volatile, so it was executed, with the same x, and did not trap). Then x + d, in 32 bits, is a
// valid address, and from there up to 2^16 upwards nothing wraps: x + c is that address plus c - d.
//
// Downwards: where the sum of an index and a negative distance wraps, the true address is in the
// page that the memory lacks, and traps. In 64 bits it is in the pages in front of the memory, and
// traps as well: the access begins there, and x86 does nothing of an access of which a part faults.
// Only accesses without an offset of their own: it would take them out of the front again, into the
// memory. The index may be x itself, or x + d that was accessed.
#pragma once

#include <llvm/IR/Instruction.h>
#include <llvm/IR/Metadata.h>
#include <llvm/IR/PassManager.h>

namespace wherry::compiler {

// For functions all of whose memories lack their last page, and have guards. To run once constants
// are where they belong: behind InstCombine (x - c is x + -c then) and Reassociate.
class AddressDistancesPass : public llvm::PassInfoMixin<AddressDistancesPass> {
 public:
  // The tag that tells accesses to linear memory from all others.
  explicit AddressDistancesPass(const llvm::MDNode* guest_access) : guest_access_(guest_access) {}
  llvm::PreservedAnalyses run(llvm::Function& function, llvm::FunctionAnalysisManager& analyses);

 private:
  const llvm::MDNode* guest_access_;
};

}  // namespace wherry::compiler
