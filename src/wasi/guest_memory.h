// The calling guest's linear memory, as a WASI function sees it during one call. Every address and
// length is the guest's and is checked here; sums are 64 bits wide, so that none can wrap.
//
// Trust: the bytes may change between two looks where the memory is shared. What is decided upon is
// copied out once by read(); a slice() is only passed on to the kernel or to a stream.
#pragma once

#include <cstring>
#include <span>
#include <type_traits>

#include "wasi/errno.h"

namespace wherry::wasi {

class GuestMemory {
 public:
  // `bytes` is borrowed; it neither moves nor shrinks during a call.
  explicit GuestMemory(std::span<std::byte> bytes) : bytes_(bytes) {}

  // Errors: fault where a part lies outside. An empty slice is allowed at any address: guests pass
  // dangling pointers with a length of 0.
  ErrnoOr<std::span<std::byte>> slice(uint64_t address, uint64_t size_bytes) const {
    if (size_bytes == 0) return bytes_.first(0);
    if (address > bytes_.size() || size_bytes > bytes_.size() - address)
      return refuse(Errno::fault);
    return bytes_.subspan(address, size_bytes);
  }

  // Copies a value out. No alignment is asked for.
  template <class T>
  ErrnoOr<T> read(uint64_t address) const {
    static_assert(std::is_trivially_copyable_v<T>);
    auto source = slice(address, sizeof(T));
    if (!source) return refuse(source.error());
    T value;
    std::memcpy(&value, source->data(), sizeof(T));
    return value;
  }

  template <class T>
  ErrnoOr<> write(uint64_t address, const T& value) const {
    static_assert(std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>,
                  "padding would carry the host's bytes to the guest");
    auto target = slice(address, sizeof(T));
    if (!target) return refuse(target.error());
    std::memcpy(target->data(), &value, sizeof(T));
    return {};
  }

 private:
  std::span<std::byte> bytes_;
};

}  // namespace wherry::wasi
