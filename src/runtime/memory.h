// A linear memory: 4 GiB of address space and a guard behind it (memory_slot.h), so that the MMU
// checks bounds and the base never moves. Core 3.0 §4.2.8 (memory instances).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "abi/instance_layout.h"
#include "runtime/limits.h"
#include "runtime/memory_pool.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::runtime {

// 4 GiB: as far as 32-bit addresses reach.
constexpr uint64_t kMemory32PagesMax = 65536;

struct MemoryOptions {
  wasm::Limits limits;             // pages
  MemoryBudget* budget = nullptr;  // must outlive the memory; null: no limit
  // Where it is taken from and goes back to; of memories of limits.min. None: zeros, made anew.
  MemoryPool* pool = nullptr;
};

// One thread at a time. Pinned: compiled code holds pointers to entry().
class Memory {
 public:
  // Errors: Unavailable where address space or the budget does not suffice; Malformed for an image
  // that is larger than the memory.
  static Result<std::unique_ptr<Memory>> create(const MemoryOptions& options);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  std::span<std::byte> bytes() const { return {entry_.base, entry_.size_bytes}; }
  uint64_t pages() const { return entry_.size_bytes / wasm::kPageBytes; }
  const wasm::Limits& limits() const { return limits_; }
  // The pages before, or nullopt beyond limits and budget or when the system refuses.
  std::optional<uint64_t> grow(uint64_t delta_pages);

  abi::MemoryEntry* entry() { return &entry_; }
  // The whole reservation, guard included: a fault inside it is the guest's.
  std::span<const std::byte> reservation() const { return slot_.reservation(); }

 private:
  Memory(MemorySlot slot, const MemoryOptions& options);

  MemorySlot slot_;
  MemoryPool* pool_;
  abi::MemoryEntry entry_;
  wasm::Limits limits_;
  MemoryBudget* budget_;
};

}  // namespace wherry::runtime
