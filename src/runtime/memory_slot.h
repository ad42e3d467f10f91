// Address space for one linear memory, which can be used again for the same module's next instance.
//
//             base                 size_bytes                          the reservation's end
//   |no access|[zeros][image][zeros]|no access                                             |
//
// In front of the base are abi::kMemoryFrontGuardBytes. Behind it is all that compiled code can
// reach with 32-bit addresses, or, for 64-bit ones, what the memory may grow to and
// abi::kMemoryGuardBytes.
//
// Making a slot costs four system calls and, in the run that follows, a page fault for every page
// that is touched, 1.2 us each. So a slot that was used is not unmapped but brought back to what it
// was: the kernel is asked which pages were written (written_pages.h), and these are overwritten
// with zeros or the image, some 50 ns each; they stay where they are, and the next run finds them
// without a fault. Where there are too many of them, or the kernel cannot tell, they are given back
// instead, and come again as they were at first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "abi/instance_layout.h"
#include "support/bytes.h"
#include "support/result.h"
#include "wasm/types.h"

namespace wherry::runtime {

// A page-aligned piece of a file, mapped copy-on-write.
struct MemoryImage {
  int fd = -1;
  uint64_t file_offset = 0;
  uint64_t address = 0;  // in the memory
  ByteSpan bytes = {};   // the same piece, mapped for reading; empty: there is no image
};

// What a memory holds before anything ran: zeros but for the image.
struct InitialMemory {
  uint64_t size_bytes = 0;  // a multiple of wasm::kPageBytes
  MemoryImage image = {};
  // 0: of 32-bit addresses. Else that much address space is taken where it can be had, or half of
  // it, or half of that, but no less than size_bytes.
  uint64_t room_bytes = 0;
};

// Errors: Malformed for an image beyond the memory's end.
Result<> check_image(const InitialMemory& initial);

// Move-only. One thread at a time.
class MemorySlot {
 public:
  // The furthest that compiled code reaches without a check: a 32-bit address, a 32-bit offset and
  // the width of an access, from which follows 8 GiB and a page; and the front.
  static constexpr uint64_t kReservationBytes =
      abi::kMemoryFrontGuardBytes + (uint64_t{8} << 30) + wasm::kPageBytes;

  MemorySlot() = default;
  // Errors: Unavailable where address space does not suffice; Malformed for an image beyond the
  // memory's end.
  static Result<MemorySlot> create(const InitialMemory& initial);
  ~MemorySlot() { release(); }
  MemorySlot(MemorySlot&& other) noexcept { *this = std::move(other); }
  MemorySlot& operator=(MemorySlot&& other) noexcept;

  std::byte* base() const { return base_; }
  uint64_t size_bytes() const { return size_bytes_; }
  std::span<const std::byte> reservation() const {
    return {base_ - abi::kMemoryFrontGuardBytes, reservation_bytes_};
  }
  // False where the system refuses, and beyond the reservation; nothing is changed then.
  bool grow(uint64_t size_bytes);

  // Makes it as create(initial) gave it, whatever was written since: `initial` must be the same.
  // At most `resident_bytes_max` of memory stay with it. False: it cannot be used any more.
  bool reset(const InitialMemory& initial, uint64_t resident_bytes_max);
  // What stayed at the last reset.
  uint64_t resident_bytes() const { return resident_bytes_; }

 private:
  Result<> reserve(const InitialMemory& initial);
  bool rewrite_pages(const InitialMemory& initial, uint64_t resident_bytes_max);
  void release();

  std::byte* base_ = nullptr;
  uint64_t reservation_bytes_ = 0;
  uint64_t size_bytes_ = 0;
  uint64_t reached_bytes_ = 0;  // its largest size since its pages were last given back
  uint64_t resident_bytes_ = 0;
  std::optional<uint32_t> range_;  // in memory_reservations()
};

}  // namespace wherry::runtime
