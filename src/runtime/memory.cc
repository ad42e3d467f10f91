#include "runtime/memory.h"

#include <sys/mman.h>

#include <algorithm>

namespace wherry::runtime {

namespace {

uint64_t reachable_pages(bool is_64) { return is_64 ? kMemory64PagesMax : kMemory32PagesMax; }

uint64_t default_pages_max(bool is_64) {
  return is_64 ? kMemory64PagesMax : abi::kMemory32DefaultPagesMax;
}

}  // namespace

uint64_t memory64_room_bytes(uint64_t pages_max) {
  return std::min(pages_max, kMemory64PagesMax) * wasm::kPageBytes;
}

Result<std::unique_ptr<Memory>> Memory::create(const MemoryOptions& options) {
  if (options.limits.min > reachable_pages(options.is_64))
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of {} pages",
                options.limits.min, reachable_pages(options.is_64));
  const uint64_t size_bytes = options.limits.min * wasm::kPageBytes;
  if (options.budget && !options.budget->take(size_bytes))
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of memory",
                options.limits.min);
  auto storage = make_storage(options);
  if (!storage && options.budget) options.budget->give_back(size_bytes);
  // make_unique cannot call a private constructor.
  return std::unique_ptr<Memory>(new Memory(TRY(std::move(storage)), options));
}

Result<Memory::Storage> Memory::make_storage(const MemoryOptions& options) {
  InitialMemory initial{.size_bytes = options.limits.min * wasm::kPageBytes};
  if (options.is_64)
    initial.room_bytes = memory64_room_bytes(options.limits.max.value_or(kMemory64PagesMax));
  if (options.pool) {
    WHERRY_ASSERT(options.pool->initial().size_bytes == initial.size_bytes);
    initial = options.pool->initial();
  }
  if (!options.shared) {
    if (!options.guarded) return TRY(MovingMemory::create(initial));
    return TRY(options.pool ? options.pool->take() : MemorySlot::create(initial));
  }
  WHERRY_ASSERT(options.limits.max.has_value());
  if (!options.guarded && !options.is_64)
    initial.room_bytes = std::min(*options.limits.max, kMemory32PagesMax) * wasm::kPageBytes;
  return TRY(MemorySlot::create(initial));
}

Memory::Memory(Storage storage, const MemoryOptions& options)
    : storage_(std::move(storage)),
      pool_(options.shared ? nullptr : options.pool),
      waiters_(options.shared ? std::make_unique<Waiters>() : nullptr),
      limits_(options.limits),
      is_64_(options.is_64),
      guarded_(options.guarded),
      budget_(options.budget) {
  update_entry();
}

Memory::~Memory() {
  if (budget_) budget_->give_back(size_bytes());
  if (auto* slot = std::get_if<MemorySlot>(&storage_); slot && pool_)
    pool_->give_back(std::move(*slot));
}

// Other threads that see the new size find the bytes behind it.
void Memory::update_entry() {
  std::visit(
      [this](const auto& bytes) {
        if (entry_.base != bytes.base()) entry_.base = bytes.base();
        std::atomic_ref(entry_.size_bytes).store(bytes.size_bytes());
      },
      storage_);
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages) {
  std::scoped_lock lock(growing_);
  const uint64_t before = pages();
  const uint64_t pages_max =
      std::min(limits_.max.value_or(default_pages_max(is_64_)), reachable_pages(is_64_));
  // Where none is declared, a memory may have begun with more than it could grow to.
  if (delta_pages > std::max(pages_max, before) - before) return std::nullopt;
  const uint64_t delta_bytes = delta_pages * wasm::kPageBytes;
  if (budget_ && !budget_->take_to_grow(delta_bytes)) return std::nullopt;
  const uint64_t grown_bytes = before * wasm::kPageBytes + delta_bytes;
  if (!std::visit([&](auto& bytes) { return bytes.grow(grown_bytes); }, storage_)) {
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
