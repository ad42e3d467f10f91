// Bytes that nobody else may see: keys, seeds, passphrases. Their memory is overwritten before it
// is given back. They have no operator for printing, and no conversion to a string.
#pragma once

#include <string.h>

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

#include "support/bytes.h"

namespace wherry {

template <class T>
struct WipingAllocator {
  using value_type = T;
  WipingAllocator() = default;
  template <class U>
  WipingAllocator(const WipingAllocator<U>&) {}  // NOLINT: allocators convert among each other

  T* allocate(size_t count) { return std::allocator<T>().allocate(count); }
  void deallocate(T* first, size_t count) {
    explicit_bzero(first, count * sizeof(T));
    std::allocator<T>().deallocate(first, count);
  }
  bool operator==(const WipingAllocator&) const = default;
};

// A vector rather than a string: a short string lies inside of its object, which is not wiped.
using Secret = std::vector<std::byte, WipingAllocator<std::byte>>;

inline Secret make_secret(std::string_view text) {
  ByteSpan bytes = as_bytes(text);
  return Secret(bytes.begin(), bytes.end());
}

}  // namespace wherry
