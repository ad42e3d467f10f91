// Objects of the garbage-collected heap as the host reads and writes them: abi/object_layout.h,
// with its casts in one place.
#pragma once

#include <cstring>

#include "abi/object_layout.h"

namespace wherry::runtime {

// An array's bytes stay where they are for as long as it lives. It is one of compiled code's, and
// so has a descriptor and a length.
class ArrayView {
 public:
  explicit ArrayView(void* array) : bytes_(static_cast<std::byte*>(array)) {}
  explicit ArrayView(const void* array) : ArrayView(const_cast<void*>(array)) {}

  const abi::TypeDescriptor& type() const {
    const abi::TypeDescriptor* type;
    std::memcpy(&type, bytes_, sizeof type);
    return *type;
  }
  uint32_t length() const {
    uint32_t length;
    std::memcpy(&length, bytes_ + abi::kArrayLengthOffset, sizeof length);
    return length;
  }
  void set_length(uint32_t length) {
    std::memcpy(bytes_ + abi::kArrayLengthOffset, &length, sizeof length);
  }
  uint64_t element_bytes() const { return type().size_bytes; }
  std::byte* element(uint64_t index) {
    return bytes_ + abi::kArrayHeaderBytes + index * element_bytes();
  }
  bool contains(uint64_t begin, uint64_t count) const { return begin + count <= length(); }

 private:
  std::byte* bytes_;
};

inline uint64_t array_bytes(const abi::TypeDescriptor& type, uint32_t length) {
  return abi::kArrayHeaderBytes + uint64_t{length} * type.size_bytes;
}

}  // namespace wherry::runtime
