#include "runtime/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>

#include "runtime/address_ranges.h"

namespace wherry::runtime {

namespace {

// The furthest that compiled code reaches without a check: a 32-bit address, a 32-bit offset and
// the width of an access, from which follows 8 GiB and a page.
constexpr uint64_t kReservationBytes = (uint64_t{8} << 30) + wasm::kPageBytes;

Result<> map_image(std::byte* base, uint64_t memory_bytes, const MemoryImage& image) {
  if (image.size_bytes == 0) return {};
  if (image.address > memory_bytes || image.size_bytes > memory_bytes - image.address)
    return fail(ErrorCode::Malformed,
                "memory image of {} bytes at {:#x} exceeds the memory of {} bytes",
                image.size_bytes, image.address, memory_bytes);
  void* at = mmap(base + image.address, image.size_bytes, PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_FIXED, image.fd, static_cast<off_t>(image.file_offset));
  if (at == MAP_FAILED)
    return std::unexpected(system_error(errno, "cannot map a memory's initial image"));
  return {};
}

}  // namespace

Result<std::unique_ptr<Memory>> Memory::create(const MemoryOptions& options) {
  const uint64_t pages_max = std::min(options.pages_max, kMemory32PagesMax);
  if (options.limits.min > pages_max)
    return fail(ErrorCode::Unavailable, "memory of {} pages exceeds the limit of {} pages",
                options.limits.min, pages_max);
  std::unique_ptr<Memory> memory(new Memory);  // make_unique cannot call a private constructor
  void* base = mmap(nullptr, kReservationBytes, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (base == MAP_FAILED)
    return std::unexpected(system_error(
        errno,
        fmt::format("cannot reserve {} bytes of address space for a memory (ulimit -v limits it)",
                    kReservationBytes)));
  memory->entry_.base = static_cast<std::byte*>(base);
  memory->reservation_bytes_ = kReservationBytes;
  memory->limits_ = options.limits;
  memory->pages_max_ = std::min(pages_max, options.limits.max.value_or(pages_max));
  if (!memory->grow(options.limits.min))
    return fail(ErrorCode::Unavailable, "no memory for {} pages", options.limits.min);
  TRY(map_image(memory->entry_.base, memory->entry_.size_bytes, options.image));
  memory->range_ = memory_reservations().add(memory->reservation(), memory.get());
  return memory;
}

Memory::~Memory() {
  if (range_) memory_reservations().remove(*range_);
  if (entry_.base) munmap(entry_.base, reservation_bytes_);
}

std::optional<uint64_t> Memory::grow(uint64_t delta_pages) {
  const uint64_t before = pages();
  if (delta_pages > pages_max_ - before) return std::nullopt;
  if (delta_pages == 0) return before;
  if (mprotect(entry_.base + entry_.size_bytes, delta_pages * wasm::kPageBytes,
               PROT_READ | PROT_WRITE) != 0)
    return std::nullopt;
  entry_.size_bytes += delta_pages * wasm::kPageBytes;
  return before;
}

}  // namespace wherry::runtime
