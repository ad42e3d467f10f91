#include "runtime/memory_slot.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "runtime/address_ranges.h"
#include "runtime/written_pages.h"

namespace wherry::runtime {

namespace {

constexpr uint64_t kGuardBytes = abi::kMemoryFrontGuardBytes + abi::kMemoryGuardBytes;

Result<> map_image(std::byte* base, const InitialMemory& initial) {
  const MemoryImage& image = initial.image;
  if (image.bytes.empty()) return {};
  void* at = mmap(base + image.address, image.bytes.size(), PROT_READ | PROT_WRITE,
                  MAP_PRIVATE | MAP_FIXED, image.fd, static_cast<off_t>(image.file_offset));
  if (at == MAP_FAILED)
    return std::unexpected(system_error(errno, "cannot map a memory's initial image"));
  return {};
}

// Writes what the memory at `base` held at first to [begin, end) of it.
void rewrite(std::byte* base, uint64_t begin, uint64_t end, const MemoryImage& image) {
  uint64_t image_begin = std::clamp(image.address, begin, end);
  uint64_t image_end = std::clamp(image.address + image.bytes.size(), begin, end);
  std::memset(base + begin, 0, image_begin - begin);
  if (image_end > image_begin)
    std::memcpy(base + image_begin, image.bytes.data() + (image_begin - image.address),
                image_end - image_begin);
  std::memset(base + image_end, 0, end - image_end);
}

}  // namespace

Result<> check_image(const InitialMemory& initial) {
  const MemoryImage& image = initial.image;
  if (image.bytes.empty()) return {};
  if (image.address <= initial.size_bytes &&
      image.bytes.size() <= initial.size_bytes - image.address)
    return {};
  return fail(ErrorCode::Malformed,
              "memory image of {} bytes at {:#x} exceeds the memory of {} bytes",
              image.bytes.size(), image.address, initial.size_bytes);
}

Result<MemorySlot> MemorySlot::create(const InitialMemory& initial) {
  TRY(check_image(initial));
  MemorySlot slot;
  TRY(slot.reserve(initial));
  if (!slot.grow(initial.size_bytes))
    return fail(ErrorCode::Unavailable, "no memory for {} bytes", initial.size_bytes);
  TRY(map_image(slot.base_, initial));
  slot.range_ = memory_reservations().add(slot.reservation(), nullptr);
  return slot;
}

Result<> MemorySlot::reserve(const InitialMemory& initial) {
  const bool is_32 = initial.room_bytes == 0;
  uint64_t room_bytes = std::max(initial.room_bytes, initial.size_bytes);
  for (;;) {
    reservation_bytes_ = is_32 ? kReservationBytes : kGuardBytes + room_bytes;
    void* base = mmap(nullptr, reservation_bytes_, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base != MAP_FAILED) {
      base_ = static_cast<std::byte*>(base) + abi::kMemoryFrontGuardBytes;
      return {};
    }
    if (is_32 || room_bytes == initial.size_bytes) break;
    room_bytes = std::max(initial.size_bytes, room_bytes / 2 & ~(wasm::kPageBytes - 1));
  }
  return std::unexpected(system_error(
      errno, fmt::format("cannot reserve {} bytes of address space for a memory (ulimit -v and "
                         "vm.max_map_count limit it)",
                         reservation_bytes_)));
}

MemorySlot& MemorySlot::operator=(MemorySlot&& other) noexcept {
  if (this == &other) return *this;
  release();
  base_ = std::exchange(other.base_, nullptr);
  reservation_bytes_ = std::exchange(other.reservation_bytes_, 0);
  size_bytes_ = std::exchange(other.size_bytes_, 0);
  reached_bytes_ = std::exchange(other.reached_bytes_, 0);
  resident_bytes_ = std::exchange(other.resident_bytes_, 0);
  range_ = std::exchange(other.range_, std::nullopt);
  return *this;
}

void MemorySlot::release() {
  if (range_) memory_reservations().remove(*range_);
  if (base_) munmap(base_ - abi::kMemoryFrontGuardBytes, reservation_bytes_);
}

bool MemorySlot::grow(uint64_t size_bytes) {
  if (size_bytes == size_bytes_) return true;
  if (size_bytes > reservation_bytes_ - kGuardBytes) return false;
  if (mprotect(base_ + size_bytes_, size_bytes - size_bytes_, PROT_READ | PROT_WRITE) != 0)
    return false;
  size_bytes_ = size_bytes;
  reached_bytes_ = std::max(reached_bytes_, size_bytes);
  return true;
}

// What is beyond size_bytes_ was shrunk away by an earlier reset, and holds zeros.
bool MemorySlot::rewrite_pages(const InitialMemory& initial, uint64_t resident_bytes_max) {
  WrittenPages pages({base_, size_bytes_}, resident_bytes_max);
  resident_bytes_ = 0;
  for (std::span<const PageRun> runs = pages.next(); !runs.empty(); runs = pages.next()) {
    for (PageRun run : runs) {
      auto begin = static_cast<uint64_t>(run.begin - base_);
      auto end = static_cast<uint64_t>(run.end - base_);
      rewrite(base_, begin, end, initial.image);
      resident_bytes_ += end - begin;
    }
  }
  return pages.complete();
}

bool MemorySlot::reset(const InitialMemory& initial, uint64_t resident_bytes_max) {
  if (!rewrite_pages(initial, resident_bytes_max)) {
    if (madvise(base_, reached_bytes_, MADV_DONTNEED) != 0) return false;
    reached_bytes_ = size_bytes_;
    resident_bytes_ = 0;
  }
  uint64_t grown_bytes = size_bytes_ - initial.size_bytes;
  if (grown_bytes == 0) return true;
  if (mprotect(base_ + initial.size_bytes, grown_bytes, PROT_NONE) != 0) return false;
  size_bytes_ = initial.size_bytes;
  return true;
}

}  // namespace wherry::runtime
