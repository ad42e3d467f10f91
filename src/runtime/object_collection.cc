// Collections of the object heap: marking from the roots, and what is left to sweep.
#include "runtime/object_heap.h"

#include <algorithm>
#include <cstring>

namespace wherry::runtime {

namespace {

uint64_t load_word(const std::byte* place) {
  uint64_t word;
  std::memcpy(&word, place, sizeof word);
  return word;
}

}  // namespace

// Not inlined, so that its frame, where the registers are saved, lies below its callers'.
[[gnu::noinline]] void ObjectHeap::collect(const std::byte* stack_top) {
  finish_sweep();
  for (Block& block : blocks_) block.marks.fill(0);
  live_bytes_ = 0;
  ++collections_;
  for (Roots* roots : roots_) roots->mark_roots(*this);
  mark_words(stack_top);
  drain();
  begin_sweep();
}

// Reads frames of others, which AddressSanitizer would object to. The registers that calls preserve
// may hold the guest's references, here or in a frame between the guest and us.
[[gnu::noinline, gnu::no_sanitize("address")]] void ObjectHeap::mark_words(
    const std::byte* stack_top) {
  uint64_t registers[6];
  asm volatile(
      "movq %%rbx, 0(%0)\n\tmovq %%rbp, 8(%0)\n\tmovq %%r12, 16(%0)\n\t"
      "movq %%r13, 24(%0)\n\tmovq %%r14, 32(%0)\n\tmovq %%r15, 40(%0)"
      :
      : "r"(registers)
      : "memory");
  for (uint64_t word : registers) mark_word(word);
  const uint64_t* word;
  asm volatile("movq %%rsp, %0" : "=r"(word));
  for (; word < reinterpret_cast<const uint64_t*>(stack_top); ++word) mark_word(*word);
}

// Any word: of an object's address, an address inside of one, or something else altogether.
void ObjectHeap::mark_word(uint64_t word) {
  uint64_t offset = word - reinterpret_cast<uint64_t>(range_.base());
  if (offset >= blocks_.size() * kBlockBytes) return;
  size_t index = offset / kBlockBytes;
  const Block& block = blocks_[index];
  switch (block.kind) {
    case BlockKind::Free:
      return;
    case BlockKind::Large:
      return mark_object(index, 0);
    case BlockKind::LargeRest:
      return mark_object(index - block.blocks, 0);
    case BlockKind::Cells: {
      uint32_t bytes = cell_bytes(block.size_class);
      uint64_t cell = offset % kBlockBytes / bytes;
      if (cell < kBlockBytes / bytes) mark_object(index, cell * bytes);
    }
  }
}

void ObjectHeap::mark_reference(uint64_t reference) {
  if ((reference & abi::kTagMask) != 0) return;
  uint64_t offset = reference - reinterpret_cast<uint64_t>(range_.base());
  if (offset < blocks_.size() * kBlockBytes)
    mark_object(offset / kBlockBytes, offset % kBlockBytes);
}

void ObjectHeap::mark_object(size_t index, uint64_t offset_in_block) {
  const std::byte* object = block_begin(index) + offset_in_block;
  if (load_word(object) == 0) return;  // a free cell
  Block& block = blocks_[index];
  uint64_t bit = offset_in_block / kCellAlignment;
  uint64_t mask = uint64_t{1} << bit % 64;
  if (block.marks[bit / 64] & mask) return;
  block.marks[bit / 64] |= mask;
  live_bytes_ +=
      block.kind == BlockKind::Large ? block.blocks * kBlockBytes : cell_bytes(block.size_class);
  pending_.push_back(object);
}

void ObjectHeap::drain() {
  while (!pending_.empty()) {
    const std::byte* object = pending_.back();
    pending_.pop_back();
    mark_children(object);
  }
}

void ObjectHeap::mark_children(const std::byte* object) {
  // An object's first word is its descriptor.
  const auto& type = *reinterpret_cast<const abi::TypeDescriptor*>(load_word(object));
  if (type.kind == abi::kStructKind) {
    for (uint64_t field = 0; field < type.reference_count; ++field)
      mark_reference(load_word(object + type.reference_offsets[field]));
  } else if (type.reference_count > 0) {
    uint32_t length;
    std::memcpy(&length, object + abi::kArrayLengthOffset, sizeof length);
    for (uint64_t index = 0; index < length; ++index)
      mark_reference(load_word(object + abi::kArrayHeaderBytes + index * sizeof(uint64_t)));
  }
}

// Large objects are freed at once, cells when they are wanted.
void ObjectHeap::begin_sweep() {
  allocated_bytes_ = 0;
  free_cells_.fill(nullptr);
  for (size_t index = 0; index < blocks_.size(); ++index) {
    const Block& block = blocks_[index];
    if (block.kind == BlockKind::Cells)
      unswept_[block.size_class].push_back(static_cast<uint32_t>(index));
    if (block.kind == BlockKind::Large && block.marks[0] == 0) free_blocks(index, block.blocks);
  }
}

void ObjectHeap::finish_sweep() {
  for (std::vector<uint32_t>& unswept : unswept_) {
    for (uint32_t block : unswept) sweep(block);
    unswept.clear();
  }
}

}  // namespace wherry::runtime
