#include "runtime/memory_pool.h"

#include <algorithm>
#include <atomic>

namespace wherry::runtime {

namespace {

constinit std::atomic<int64_t> idle_slots = 0;
constinit std::atomic<int64_t> idle_bytes = 0;

// Up to `wanted` of what is left below `max`.
int64_t acquire(std::atomic<int64_t>& used, int64_t wanted, int64_t max) {
  const int64_t before = used.fetch_add(wanted, std::memory_order_relaxed);
  const int64_t excess = std::clamp<int64_t>(before + wanted - max, 0, wanted);
  if (excess > 0) used.fetch_sub(excess, std::memory_order_relaxed);
  return wanted - excess;
}

void release(std::atomic<int64_t>& used, int64_t count) {
  used.fetch_sub(count, std::memory_order_relaxed);
}

}  // namespace

MemoryPool::~MemoryPool() {
  for (const MemorySlot& slot : idle_) {
    release(idle_slots, 1);
    release(idle_bytes, static_cast<int64_t>(slot.resident_bytes()));
  }
}

Result<MemorySlot> MemoryPool::take() {
  MemorySlot slot;
  {
    std::scoped_lock lock(mutex_);
    if (!idle_.empty()) {
      slot = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!slot.base()) return MemorySlot::create(initial_);
  release(idle_slots, 1);
  release(idle_bytes, static_cast<int64_t>(slot.resident_bytes()));
  return slot;
}

void MemoryPool::give_back(MemorySlot slot) {
  if (acquire(idle_slots, 1, kIdleSlotsOfProcessMax) == 0) return;
  const int64_t granted = acquire(idle_bytes, kIdleBytesOfSlotMax, kIdleBytesOfProcessMax);
  const bool usable = slot.reset(initial_, static_cast<uint64_t>(granted));
  int64_t kept = usable ? static_cast<int64_t>(slot.resident_bytes()) : 0;
  release(idle_bytes, granted - kept);
  if (usable) {
    std::scoped_lock lock(mutex_);
    if (idle_.size() < kIdleSlotsMax) {
      idle_.push_back(std::move(slot));
      return;
    }
  }
  release(idle_slots, 1);
  release(idle_bytes, kept);
}

}  // namespace wherry::runtime
