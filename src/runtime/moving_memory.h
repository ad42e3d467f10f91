// The bytes of a linear memory without a guard, for code that checks bounds (abi/code_mode.h): a
// mapping that is as large as the memory, and moves where it cannot grow in place.
#pragma once

#include "runtime/memory_slot.h"
#include "support/file.h"

namespace wherry::runtime {

// Move-only. One thread at a time.
class MovingMemory {
 public:
  // The image is copied: the system moves one mapping only. Errors: as MemorySlot::create.
  static Result<MovingMemory> create(const InitialMemory& initial);

  std::byte* base() const { return mapping_.base(); }
  uint64_t size_bytes() const { return size_bytes_; }
  std::span<const std::byte> reservation() const { return mapping_.bytes(); }
  // False where the system refuses; nothing is changed then.
  bool grow(uint64_t size_bytes);

 private:
  Mapping mapping_;  // of a memory without pages: one page, so that there is a base
  uint64_t size_bytes_ = 0;
};

}  // namespace wherry::runtime
