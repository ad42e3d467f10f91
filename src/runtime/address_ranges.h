// Sets of address ranges that a signal handler can ask: where guest code is, and where linear
// memories are.
//
// Slots in an append-only list of chunks, each slot guarded by a version (a seqlock): writers take
// a mutex, readers take nothing. A reader that finds a slot in the middle of a change passes over
// it, which is right: whoever asks about an address is using it, so the slot that holds it is not
// changing. Removed slots are used again; a look-up is a scan, some ns per slot ever in use at
// once. It only happens in traps, which cost microseconds in the kernel anyway.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

namespace wherry::runtime {

// Thread-safe; find() is async-signal-safe as well.
class AddressRanges {
 public:
  constexpr AddressRanges() = default;
  AddressRanges(const AddressRanges&) = delete;
  AddressRanges& operator=(const AddressRanges&) = delete;

  struct Found {
    const std::byte* begin = nullptr;  // null: the address is in no range
    const void* owner = nullptr;
  };

  // Ranges must not overlap, and `owner` must outlive its range. Returns what remove() takes.
  uint32_t add(std::span<const std::byte> range, const void* owner);
  void remove(uint32_t slot);
  Found find(const void* address) const;

 private:
  struct Slot {
    std::atomic<uint32_t> version = 0;  // odd while being written
    std::atomic<uintptr_t> begin = 0;
    std::atomic<uintptr_t> end = 0;
    std::atomic<const void*> owner = nullptr;
  };
  static constexpr uint32_t kChunkSlots = 512;
  struct Chunk {
    std::array<Slot, kChunkSlots> slots;
    std::atomic<Chunk*> next = nullptr;
    std::unique_ptr<Chunk> next_owned;
  };

  Slot& slot_at(uint32_t index);
  static void write(Slot& slot, uintptr_t begin, uintptr_t end, const void* owner);

  std::mutex mutex_;
  Chunk first_;
  std::atomic<uint32_t> used_ = 0;  // slots that were ever in use
  std::vector<uint32_t> free_;
};

// Code sections of open artifacts; owners are runtime::Artifact.
AddressRanges& guest_code();
// Address space of linear memories, guards included (memory_slot.h); without owners.
AddressRanges& memory_reservations();

}  // namespace wherry::runtime
