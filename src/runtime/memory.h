// A linear memory. Core 3.0 §4.2.8 (memory instances).
//
// Guarded, as a rule: address space for all that it may grow to and a guard behind it
// (memory_slot.h), so that the base never moves. Or without a guard (moving_memory.h), where all
// code that uses it checks bounds; such code can use both.
//
// Shared, it belongs to several threads, each with an instance of its own: its base never moves, so
// that it is a slot even without a guard, and its size is read anew for each use.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <variant>

#include "abi/instance_layout.h"
#include "runtime/limits.h"
#include "runtime/memory_pool.h"
#include "runtime/moving_memory.h"
#include "runtime/waiters.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::runtime {

// 4 GiB: as far as 32-bit addresses reach.
constexpr uint64_t kMemory32PagesMax = 65536;
// 64 GiB: what 64-bit addresses reach here. Address space for it is taken at the start, where the
// module declares no smaller maximum, and a process has 128 TiB.
constexpr uint64_t kMemory64PagesMax = 1 << 20;

// InitialMemory::room_bytes of a memory of 64-bit addresses; no maximum is the largest one.
uint64_t memory64_room_bytes(uint64_t pages_max);

struct MemoryOptions {
  wasm::Limits limits;             // pages
  MemoryBudget* budget = nullptr;  // must outlive the memory; null: no limit
  // Where it is taken from and goes back to; of memories of limits.min. None: zeros, made anew. A
  // shared one only begins as those of the pool do.
  MemoryPool* pool = nullptr;
  bool guarded = true;
  bool is_64 = false;   // 64-bit addresses
  bool shared = false;  // limits.max must be set
};

// One thread at a time, unless it is shared: then any number. Pinned: compiled code holds pointers
// to entry().
class Memory {
 public:
  // Errors: Unavailable where address space or the budget does not suffice; Malformed for an image
  // that is larger than the memory.
  static Result<std::unique_ptr<Memory>> create(const MemoryOptions& options);
  ~Memory();
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // As it is now: a shared one may grow the next moment, and never shrinks.
  std::span<std::byte> bytes() const { return {entry_.base, size_bytes()}; }
  uint64_t pages() const { return size_bytes() / wasm::kPageBytes; }
  const wasm::Limits& limits() const { return limits_; }
  bool is_64() const { return is_64_; }
  bool is_shared() const { return waiters_ != nullptr; }
  // Of a shared one.
  Waiters& waiters() { return *waiters_; }
  // The pages before, or nullopt beyond limits and budget or when the system refuses.
  std::optional<uint64_t> grow(uint64_t delta_pages);

  abi::MemoryEntry* entry() { return &entry_; }
  bool guarded() const { return guarded_; }
  // All of its address space, a guard included: a fault inside a guarded one is the guest's.
  std::span<const std::byte> reservation() const {
    return std::visit([](const auto& bytes) { return bytes.reservation(); }, storage_);
  }

 private:
  using Storage = std::variant<MemorySlot, MovingMemory>;
  Memory(Storage storage, const MemoryOptions& options);
  static Result<Storage> make_storage(const MemoryOptions& options);
  uint64_t size_bytes() const { return std::atomic_ref(entry_.size_bytes).load(); }
  void update_entry();

  Storage storage_;
  MemoryPool* pool_;                  // that it goes back to; or null
  mutable abi::MemoryEntry entry_{};  // for atomic_ref, which takes nothing const
  std::mutex growing_;
  std::unique_ptr<Waiters> waiters_;  // where it is shared
  wasm::Limits limits_;
  bool is_64_;
  bool guarded_;
  MemoryBudget* budget_;
};

// Whether this process has the address space for `count` guarded memories more: `ulimit -v` may
// deny it, and 47 bits are room for some 16 000.
bool can_reserve_memories(uint64_t count);

}  // namespace wherry::runtime
