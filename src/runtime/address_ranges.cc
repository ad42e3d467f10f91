#include "runtime/address_ranges.h"

#include "support/result.h"

namespace wherry::runtime {

namespace {
// Never destroyed: instances in static variables and signals may come after static destructors.
template <class T>
union Immortal {
  T value;
  constexpr Immortal() : value() {}
  constexpr ~Immortal() {}
};
constinit Immortal<AddressRanges> code_ranges;
constinit Immortal<AddressRanges> memory_ranges;
}  // namespace

AddressRanges& guest_code() { return code_ranges.value; }
AddressRanges& memory_reservations() { return memory_ranges.value; }

AddressRanges::Slot& AddressRanges::slot_at(uint32_t index) {
  Chunk* chunk = &first_;
  for (; index >= kChunkSlots; index -= kChunkSlots) {
    if (!chunk->next_owned) {
      chunk->next_owned = std::make_unique<Chunk>();
      chunk->next.store(chunk->next_owned.get(), std::memory_order_release);
    }
    chunk = chunk->next_owned.get();
  }
  return chunk->slots[index];
}

// Release stores order the fields behind the odd version: a reader that saw a new field sees that,
// too.
void AddressRanges::write(Slot& slot, uintptr_t begin, uintptr_t end, const void* owner) {
  uint32_t version = slot.version.load(std::memory_order_relaxed);
  slot.version.store(version + 1, std::memory_order_relaxed);
  slot.begin.store(begin, std::memory_order_release);
  slot.end.store(end, std::memory_order_release);
  slot.owner.store(owner, std::memory_order_release);
  slot.version.store(version + 2, std::memory_order_release);
}

uint32_t AddressRanges::add(std::span<const std::byte> range, const void* owner) {
  std::scoped_lock lock(mutex_);
  uint32_t index = used_.load(std::memory_order_relaxed);
  bool reused = !free_.empty();
  if (reused) {
    index = free_.back();
    free_.pop_back();
  }
  // Addresses are compared as numbers: the ranges are not one array.
  auto begin = reinterpret_cast<uintptr_t>(range.data());
  write(slot_at(index), begin, begin + range.size(), owner);
  if (!reused) used_.store(index + 1, std::memory_order_release);
  return index;
}

void AddressRanges::remove(uint32_t slot) {
  std::scoped_lock lock(mutex_);
  WHERRY_ASSERT(slot < used_.load(std::memory_order_relaxed));
  write(slot_at(slot), 0, 0, nullptr);
  free_.push_back(slot);
}

AddressRanges::Found AddressRanges::find(const void* address) const {
  auto wanted = reinterpret_cast<uintptr_t>(address);
  uint32_t left = used_.load(std::memory_order_acquire);
  for (const Chunk* chunk = &first_; chunk && left > 0;
       chunk = chunk->next.load(std::memory_order_acquire)) {
    for (const Slot& slot : chunk->slots) {
      if (left-- == 0) return {};
      uint32_t version = slot.version.load(std::memory_order_acquire);
      uintptr_t begin = slot.begin.load(std::memory_order_acquire);
      uintptr_t end = slot.end.load(std::memory_order_acquire);
      if (wanted < begin || wanted >= end) continue;
      const void* owner = slot.owner.load(std::memory_order_acquire);
      if (version % 2 == 1 || slot.version.load(std::memory_order_relaxed) != version) continue;
      return {reinterpret_cast<const std::byte*>(begin), owner};
    }
  }
  return {};
}

}  // namespace wherry::runtime
