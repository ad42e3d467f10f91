// The memories that a module's instances have left behind, reset and ready for the next instance.
//
// What may lie idle is bounded, for a pool by slots, since each is 8 GiB of address space, and for
// the process by slots and by the memory that stays in them. What is beyond goes back to the
// system.
#pragma once

#include <cstdint>
#include <mutex>
#include <vector>

#include "runtime/memory_slot.h"

namespace wherry::runtime {

// Slots of one memory of one artifact: only what has the same contents at first, and whose bytes
// any instance may see at first, is ever exchanged. Thread-safe; no system call is made under its
// lock.
class MemoryPool {
 public:
  // As many as run at once on a large server; 64 slots are 1/256 of the address space.
  static constexpr size_t kIdleSlotsMax = 64;
  static constexpr int64_t kIdleSlotsOfProcessMax = 1024;
  // Of one slot: above it, faulting pages in costs no more than clearing many that the next run
  // does not touch. Of the process: 32 such slots.
  static constexpr int64_t kIdleBytesOfSlotMax = 1 << 20;
  static constexpr int64_t kIdleBytesOfProcessMax = 32 << 20;

  // The image's file and bytes are borrowed, and must outlive the pool.
  explicit MemoryPool(const InitialMemory& initial) : initial_(initial) {}
  ~MemoryPool();
  MemoryPool(const MemoryPool&) = delete;
  MemoryPool& operator=(const MemoryPool&) = delete;

  // Errors: as MemorySlot::create.
  Result<MemorySlot> take();
  // Of a slot that take() gave, whatever happened to it. Resets it, so that nothing of what an
  // instance wrote outlives it.
  void give_back(MemorySlot slot);

  const InitialMemory& initial() const { return initial_; }

 private:
  const InitialMemory initial_;
  std::mutex mutex_;
  std::vector<MemorySlot> idle_;  // the last one first: its pages are in caches
};

}  // namespace wherry::runtime
