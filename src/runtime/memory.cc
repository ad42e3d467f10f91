#include "runtime/memory.h"

#include <sys/mman.h>

#include <algorithm>

namespace wherry::runtime {

Result<std::unique_ptr<Memory>> Memory::create(const MemoryOptions& options) {
  const uint64_t size_bytes = options.limits.min * wasm::kPageBytes;
  if (options.budget && !options.budget->take(size_bytes))
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of memory",
                options.limits.min);
  const InitialMemory initial =
      options.pool ? options.pool->initial() : InitialMemory{.size_bytes = size_bytes};
  WHERRY_ASSERT(initial.size_bytes == size_bytes);
  Storage storage = MemorySlot();
  if (!options.guarded)
    storage = TRY(MovingMemory::create(initial));
  else
    storage = TRY(options.pool ? options.pool->take() : MemorySlot::create(initial));
  // make_unique cannot call a private constructor.
  return std::unique_ptr<Memory>(new Memory(std::move(storage), options));
}

Memory::Memory(Storage storage, const MemoryOptions& options)
    : storage_(std::move(storage)),
      pool_(options.pool),
      limits_(options.limits),
      budget_(options.budget) {
  update_entry();
}

Memory::~Memory() {
  if (auto* slot = std::get_if<MemorySlot>(&storage_); slot && pool_)
    pool_->give_back(std::move(*slot));
}

void Memory::update_entry() {
  std::visit([this](const auto& bytes) { entry_ = {bytes.base(), bytes.size_bytes()}; }, storage_);
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages) {
  const uint64_t before = pages();
  const uint64_t pages_max = std::min(kMemory32PagesMax, limits_.max.value_or(kMemory32PagesMax));
  if (delta_pages > pages_max - before) return std::nullopt;
  const uint64_t delta_bytes = delta_pages * wasm::kPageBytes;
  if (budget_ && !budget_->take(delta_bytes)) return std::nullopt;
  const uint64_t size_bytes = entry_.size_bytes + delta_bytes;
  if (!std::visit([&](auto& bytes) { return bytes.grow(size_bytes); }, storage_)) {
    if (budget_) budget_->give_back(delta_bytes);
    return std::nullopt;
  }
  update_entry();
  return before;
}

bool can_reserve_memories(uint64_t count) {
  constexpr uint64_t kAddressSpaceBytes = uint64_t{1} << 47;
  if (count == 0) return true;
  if (count > kAddressSpaceBytes / MemorySlot::kReservationBytes) return false;
  const uint64_t bytes = count * MemorySlot::kReservationBytes;
  void* base = mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED) return false;
  munmap(base, bytes);
  return true;
}

}  // namespace wherry::runtime
