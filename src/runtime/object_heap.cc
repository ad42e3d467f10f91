#include "runtime/object_heap.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "support/result.h"

namespace wherry::runtime {

namespace {

// A collection is due when as much has been allocated as the last one left alive, and no less than
// this: so that it costs no more than a part of the allocations.
constexpr uint64_t kBytesBetweenCollections = 4 << 20;
// Blocks that are freed go back to the system where they are so many in a row.
constexpr size_t kBlocksGivenBack = 16;
constexpr size_t kNoBlock = ~size_t{0};

}  // namespace

ObjectHeap::ObjectHeap(uint64_t bytes_max, MemoryBudget* budget)
    : bytes_max_(std::max(bytes_max / kBlockBytes, uint64_t{1}) * kBlockBytes), budget_(budget) {}

ObjectHeap::~ObjectHeap() {
  if (budget_) budget_->give_back(paid_blocks_ * kBlockBytes);
}

void ObjectHeap::add(Roots& roots) { roots_.push_back(&roots); }

void ObjectHeap::remove(Roots& roots) { std::erase(roots_, &roots); }

size_t ObjectHeap::class_of(uint64_t size_bytes) {
  if (size_bytes <= 256) return std::max((size_bytes + 15) / 16, uint64_t{1}) - 1;
  // Above 2^n, four classes up to 2^(n+1).
  auto doubling = static_cast<size_t>(std::bit_width(size_bytes - 1) - 9);
  uint64_t quarter = (uint64_t{1} << (doubling + 8)) / 4;
  return 16 + 4 * doubling + (size_bytes - (4 * quarter) - 1) / quarter;
}

uint32_t ObjectHeap::cell_bytes(size_t size_class) {
  if (size_class < 16) return static_cast<uint32_t>(size_class + 1) * 16;
  size_t above = size_class - 16;
  return (256u << (above / 4)) / 4 * static_cast<uint32_t>(5 + above % 4);
}

bool ObjectHeap::reserve() {
  if (range_.base()) return true;
  void* base = mmap(nullptr, bytes_max_, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return false;
  range_ = Mapping(static_cast<std::byte*>(base), bytes_max_);
  return true;
}

void* ObjectHeap::allocate(const abi::TypeDescriptor& type, uint64_t size_bytes,
                           const std::byte* stack_top) {
  void* object = nullptr;
  if (size_bytes > kCellBytesMax) {
    object = allocate_large(size_bytes, stack_top);
  } else {
    object = take_cell(class_of(size_bytes), stack_top);
    if (object) std::memset(object, 0, size_bytes);
  }
  if (!object) return nullptr;
  const abi::TypeDescriptor* descriptor = &type;
  std::memcpy(object, &descriptor, sizeof descriptor);
  return object;
}

ObjectHeap::FreeCell* ObjectHeap::take_cell(size_t size_class, const std::byte* stack_top) {
  if (!free_cells_[size_class] && !refill(size_class, stack_top)) return nullptr;
  FreeCell* cell = free_cells_[size_class];
  free_cells_[size_class] = cell->next;
  return cell;
}

bool ObjectHeap::refill(size_t size_class, const std::byte* stack_top) {
  if (!reserve()) return false;
  bool may_collect = stack_top != nullptr;
  if (may_collect && allocated_bytes_ >= std::max(live_bytes_, kBytesBetweenCollections)) {
    collect(stack_top);
    may_collect = false;
  }
  if (refill_from_swept(size_class) || refill_from_new_block(size_class)) return true;
  finish_sweep();  // other sizes' blocks may turn out to be empty
  if (refill_from_new_block(size_class)) return true;
  if (!may_collect) return false;
  collect(stack_top);
  if (refill_from_swept(size_class)) return true;
  finish_sweep();
  return refill_from_new_block(size_class);
}

bool ObjectHeap::refill_from_swept(size_t size_class) {
  std::vector<uint32_t>& unswept = unswept_[size_class];
  while (!unswept.empty()) {
    uint32_t block = unswept.back();
    unswept.pop_back();
    if (sweep(block)) return true;
  }
  return false;
}

bool ObjectHeap::refill_from_new_block(size_t size_class) {
  size_t block = take_blocks(1);
  if (block == kNoBlock) return false;
  blocks_[block].kind = BlockKind::Cells;
  blocks_[block].size_class = static_cast<uint8_t>(size_class);
  uint32_t bytes = cell_bytes(size_class);
  std::byte* begin = block_begin(block);
  for (uint64_t cell = kBlockBytes / bytes; cell-- > 0;) {
    // Cells are aligned, and nothing is in them yet.
    auto* free = reinterpret_cast<FreeCell*>(begin + cell * bytes);
    *free = {.zero = 0, .next = free_cells_[size_class]};
    free_cells_[size_class] = free;
  }
  allocated_bytes_ += kBlockBytes;
  return true;
}

void* ObjectHeap::allocate_large(uint64_t size_bytes, const std::byte* stack_top) {
  if (size_bytes > bytes_max_ || !reserve()) return nullptr;
  bool is_due = allocated_bytes_ + size_bytes > std::max(live_bytes_, kBytesBetweenCollections);
  if (stack_top && is_due) {
    collect(stack_top);
    finish_sweep();
    return take_large(size_bytes);
  }
  if (void* object = take_large(size_bytes)) return object;
  finish_sweep();
  if (void* object = take_large(size_bytes)) return object;
  if (!stack_top) return nullptr;
  collect(stack_top);
  finish_sweep();
  return take_large(size_bytes);
}

void* ObjectHeap::take_large(uint64_t size_bytes) {
  size_t count = (size_bytes + kBlockBytes - 1) / kBlockBytes;
  size_t first = take_blocks(count);
  if (first == kNoBlock) return nullptr;
  for (size_t index = 0; index < count; ++index) {
    Block& block = blocks_[first + index];
    if (!block.is_zero) std::memset(block_begin(first + index), 0, kBlockBytes);
    block.kind = index == 0 ? BlockKind::Large : BlockKind::LargeRest;
    block.blocks = static_cast<uint32_t>(index == 0 ? count : index);
  }
  allocated_bytes_ += count * kBlockBytes;
  return block_begin(first);
}

size_t ObjectHeap::take_blocks(size_t count) {
  const size_t first = find_blocks(count);
  if (first == kNoBlock) return kNoBlock;
  if (!pay_for(first, count)) {
    give_back_free_blocks();
    if (!pay_for(first, count)) return kNoBlock;
  }
  if (first == blocks_.size())
    blocks_.resize(first + count);
  else
    free_blocks_ -= count;
  return first;
}

size_t ObjectHeap::find_blocks(size_t count) const {
  if (free_blocks_ >= count) {
    size_t in_row = 0;
    for (size_t block = 0; block < blocks_.size(); ++block) {
      in_row = blocks_[block].kind == BlockKind::Free ? in_row + 1 : 0;
      if (in_row == count) return block + 1 - count;
    }
  }
  return count > bytes_max_ / kBlockBytes - blocks_.size() ? kNoBlock : blocks_.size();
}

bool ObjectHeap::pay_for(size_t first, size_t count) {
  size_t unpaid = 0;
  for (size_t block = first; block < first + count; ++block)
    if (block >= blocks_.size() || blocks_[block].is_zero) ++unpaid;
  if (budget_ && !budget_->take(unpaid * kBlockBytes)) return false;
  paid_blocks_ += unpaid;
  return true;
}

void ObjectHeap::free_blocks(size_t first, size_t count) {
  for (size_t block = first; block < first + count; ++block) {
    blocks_[block].kind = BlockKind::Free;
    blocks_[block].is_zero = false;
  }
  free_blocks_ += count;
  if (count >= kBlocksGivenBack) give_back(first, count);
}

void ObjectHeap::give_back(size_t first, size_t count) {
  if (madvise(block_begin(first), count * kBlockBytes, MADV_DONTNEED) != 0) return;
  for (size_t block = first; block < first + count; ++block) blocks_[block].is_zero = true;
  paid_blocks_ -= count;
  if (budget_) budget_->give_back(count * kBlockBytes);
}

void ObjectHeap::give_back_free_blocks() {
  for (size_t block = 0; block < blocks_.size(); ++block)
    if (blocks_[block].kind == BlockKind::Free && !blocks_[block].is_zero) give_back(block, 1);
}

bool ObjectHeap::sweep(size_t index) {
  Block& block = blocks_[index];
  uint32_t bytes = cell_bytes(block.size_class);
  if (std::ranges::all_of(block.marks, [](uint64_t word) { return word == 0; })) {
    free_blocks(index, 1);
    return false;
  }
  FreeCell*& list = free_cells_[block.size_class];
  uint64_t freed = 0;
  for (uint64_t offset = 0; offset + bytes <= kBlockBytes; offset += bytes) {
    uint64_t bit = offset / kCellAlignment;
    if (block.marks[bit / 64] >> bit % 64 & 1) continue;
    auto* free = reinterpret_cast<FreeCell*>(block_begin(index) + offset);  // nobody's any more
    *free = {.zero = 0, .next = list};
    list = free;
    freed += bytes;
  }
  allocated_bytes_ += freed;
  return freed > 0;
}

}  // namespace wherry::runtime
