#include "runtime/memory.h"

#include <algorithm>

namespace wherry::runtime {

Result<std::unique_ptr<Memory>> Memory::create(const MemoryOptions& options) {
  const uint64_t pages_max = std::min(options.pages_max, kMemory32PagesMax);
  if (options.limits.min > pages_max)
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of {} pages",
                options.limits.min, pages_max);
  const uint64_t size_bytes = options.limits.min * wasm::kPageBytes;
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
      pages_max_(std::min({options.pages_max, kMemory32PagesMax,
                           options.limits.max.value_or(kMemory32PagesMax)})) {}

Memory::~Memory() {
  if (pool_) pool_->give_back(std::move(slot_));
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages) {
  const uint64_t before = pages();
  if (delta_pages > pages_max_ - before) return std::nullopt;
  if (!slot_.grow(entry_.size_bytes + delta_pages * wasm::kPageBytes)) return std::nullopt;
  entry_.size_bytes = slot_.size_bytes();
  return before;
}

}  // namespace wherry::runtime
