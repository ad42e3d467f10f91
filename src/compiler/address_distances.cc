#include "compiler/address_distances.h"

#include <llvm/ADT/DenseMap.h>
#include <llvm/ADT/DepthFirstIterator.h>
#include <llvm/ADT/SmallVector.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/IRBuilder.h>
#include <llvm/IR/PatternMatch.h>

#include <optional>

#include "abi/instance_layout.h"

namespace wherry::compiler {

using namespace llvm;

namespace {

constexpr int64_t kDistanceMax = abi::kMemoryFrontGuardBytes;
// So many for one index: ordinary code has one, and what has more would take time in the square of
// its length.
constexpr size_t kAnchorsMax = 16;

// Where an access is: place + offset, where place is base + the sum of index and distance in 32
// bits.
struct Address {
  Value* base;
  Value* index;
  int32_t distance;
  uint64_t offset;
  Value* place;
};

// One that was accessed.
struct Anchor {
  const BasicBlock* block;
  int32_t distance;
  Value* place;
};

GetElementPtrInst* byte_sum(Value* pointer) {
  auto* sum = dyn_cast_or_null<GetElementPtrInst>(pointer);
  return sum && sum->getNumIndices() == 1 && sum->getSourceElementType()->isIntegerTy(8) ? sum
                                                                                         : nullptr;
}

std::optional<Address> address_of(Value* pointer) {
  using namespace PatternMatch;
  GetElementPtrInst* sum = byte_sum(pointer);
  uint64_t offset = 0;
  const APInt* constant = nullptr;
  if (sum && match(sum->getOperand(1), m_APInt(constant))) {
    if (constant->isNegative()) return std::nullopt;  // folded before
    offset = constant->getZExtValue();
    sum = byte_sum(sum->getPointerOperand());
  }
  Value* index = nullptr;
  if (!sum || !match(sum->getOperand(1), m_ZExt(m_Value(index))) ||
      !index->getType()->isIntegerTy(32))
    return std::nullopt;
  Address address{sum->getPointerOperand(), index, 0, offset, sum};
  if (match(index, m_AddLike(m_Value(address.index), m_APInt(constant))))
    address.distance = static_cast<int32_t>(constant->getSExtValue());
  else
    address.index = index;
  return address;
}

unsigned pointer_operand(const Instruction& access) {
  return isa<LoadInst>(access) ? LoadInst::getPointerOperandIndex()
                               : StoreInst::getPointerOperandIndex();
}

class DistanceFolder {
 public:
  DistanceFolder(const DominatorTree& tree, const MDNode* guest_access)
      : tree_(tree), guest_access_(guest_access) {}

  // Blocks come after those that dominate them.
  bool run() {
    bool changed = false;
    for (const DomTreeNode* node : depth_first(tree_.getRootNode()))
      for (Instruction& instruction : *node->getBlock())
        if (instruction.isVolatile() &&
            instruction.getMetadata(LLVMContext::MD_tbaa) == guest_access_)
          changed |= fold(instruction);
    return changed;
  }

 private:
  bool fold(Instruction& access);
  bool fold_to_anchor(Instruction& access, const Address& address, const Anchor& anchor);
  Value* fold_to_index(Instruction& access, const Address& address);

  const DominatorTree& tree_;
  const MDNode* guest_access_;
  DenseMap<std::pair<Value*, Value*>, SmallVector<Anchor, 1>> anchors_;  // by base and index
};

bool DistanceFolder::fold(Instruction& access) {
  std::optional<Address> address = address_of(getLoadStorePointerOperand(&access));
  if (!address) return false;
  SmallVector<Anchor, 1>& anchors = anchors_[{address->base, address->index}];
  // Blocks that are left do not come again.
  while (!anchors.empty() && !tree_.dominates(anchors.back().block, access.getParent()))
    anchors.pop_back();
  for (const Anchor& anchor : anchors) {
    if (anchor.distance == address->distance) return false;
    if (fold_to_anchor(access, *address, anchor)) return true;
  }
  Value* folded = fold_to_index(access, *address);
  if (anchors.size() < kAnchorsMax)
    anchors.push_back({access.getParent(), address->distance, folded ? folded : address->place});
  return folded != nullptr;
}

// Without a distance there is nothing to save.
bool DistanceFolder::fold_to_anchor(Instruction& access, const Address& address,
                                    const Anchor& anchor) {
  const int64_t distance = static_cast<int32_t>(static_cast<uint32_t>(address.distance) -
                                                static_cast<uint32_t>(anchor.distance));
  if (address.distance == 0 || distance > kDistanceMax || distance < -kDistanceMax ||
      (distance < 0 && address.offset != 0))
    return false;
  IRBuilder<> builder(&access);
  Value* sum = builder.getInt64(static_cast<uint64_t>(distance) + address.offset);
  access.setOperand(pointer_operand(access),
                    builder.CreateGEP(builder.getInt8Ty(), anchor.place, sum));
  return true;
}

// The new address, or null.
Value* DistanceFolder::fold_to_index(Instruction& access, const Address& address) {
  if (address.distance >= 0 || address.distance < -kDistanceMax || address.offset != 0)
    return nullptr;
  IRBuilder<> builder(&access);
  Value* wide = builder.CreateZExt(address.index, builder.getInt64Ty());
  // The base comes first, so that accesses at other distances from the index share the sum.
  Value* place = builder.CreateGEP(builder.getInt8Ty(), address.base, wide);
  Value* distance = builder.getInt64(static_cast<uint64_t>(int64_t{address.distance}));
  Value* folded = builder.CreateGEP(builder.getInt8Ty(), place, distance);
  access.setOperand(pointer_operand(access), folded);
  return folded;
}

}  // namespace

PreservedAnalyses AddressDistancesPass::run(Function& function, FunctionAnalysisManager& analyses) {
  const DominatorTree& tree = analyses.getResult<DominatorTreeAnalysis>(function);
  if (!DistanceFolder(tree, guest_access_).run()) return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

}  // namespace wherry::compiler
