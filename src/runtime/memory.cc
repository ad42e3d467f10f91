#include "runtime/memory.h"

#include <algorithm>

namespace wherry::runtime {

Result<std::unique_ptr<Memory>> Memory::create(const MemoryOptions& options) {
  const uint64_t size_bytes = options.limits.min * wasm::kPageBytes;
  if (options.budget && !options.budget->take(size_bytes))
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of memory",
                options.limits.min);
  WHERRY_ASSERT(!options.pool || options.pool->initial().size_bytes == size_bytes);
  MemorySlot slot =
      TRY(options.pool ? options.pool->take() : MemorySlot::create({.size_bytes = size_bytes}));
  // make_unique cannot call a private constructor.
  return std::unique_ptr<Memory>(new Memory(std::move(slot), options));
}

Memory::Memory(MemorySlot slot, const MemoryOptions& options)
    : slot_(std::move(slot)),
      pool_(options.pool),
      entry_{.base = slot_.base(), .size_bytes = slot_.size_bytes()},
      limits_(options.limits),
      budget_(options.budget) {}

Memory::~Memory() {
  if (pool_) pool_->give_back(std::move(slot_));
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages) {
  const uint64_t before = pages();
  const uint64_t pages_max = std::min(kMemory32PagesMax, limits_.max.value_or(kMemory32PagesMax));
  if (delta_pages > pages_max - before) return std::nullopt;
  const uint64_t delta_bytes = delta_pages * wasm::kPageBytes;
  if (budget_ && !budget_->take(delta_bytes)) return std::nullopt;
  if (!slot_.grow(entry_.size_bytes + delta_bytes)) {
    if (budget_) budget_->give_back(delta_bytes);
    return std::nullopt;
  }
  entry_.size_bytes = slot_.size_bytes();
  return before;
}

}  // namespace wherry::runtime
