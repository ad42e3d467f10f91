// Exceptions as compiled code and host see them. Core 3.0 §4.2.11 (tag instances), §4.2.12
// (exception instances).
#pragma once

#include <cstdint>

namespace wherry::abi {

// A tag is known by its address: two are the same where they were made by the same instantiation.
// Lives as long as what defines it, an instance or the host.
struct Tag {
  uint64_t type_id;  // of its function type, interned (runtime/type_registry.h)
};

// An exception, and what an exnref points to; its payload follows, in slots as calls.h has them.
// Owned by the runtime, which frees it some time after the last reference to it is gone.
struct Exception {
  const Tag* tag;
  uint32_t slots;
  uint32_t is_marked;  // the collector's (runtime/exception_heap.h)

  uint64_t* payload() { return reinterpret_cast<uint64_t*>(this + 1); }
  const uint64_t* payload() const { return reinterpret_cast<const uint64_t*>(this + 1); }
};
static_assert(sizeof(Exception) == 16);

}  // namespace wherry::abi
