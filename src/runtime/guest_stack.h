// The stack that guest code runs on: one a thread, kept for the thread's next call. Guests do not
// run on the thread's own stack, because its size and its guard are the system's business; and a
// guard of ours is known to the signal handler, so that running out of stack is a trap.
//
//   [guard, kStackGuardBytes, no access][kHostStackBytes and the guest's own bytes, grows down]
#pragma once

#include <cstdint>

#include "support/file.h"
#include "support/result.h"

namespace wherry::runtime {

// Move-only. Pages that were never touched cost nothing; touched ones stay.
class GuestStack {
 public:
  GuestStack() = default;
  // `size_bytes` for the guest; room for host functions (abi/calls.h) comes on top. Errors:
  // Unavailable.
  static Result<GuestStack> create(uint64_t size_bytes);

  uint64_t size_bytes() const { return size_bytes_; }
  // 16-byte aligned; null where there is no stack.
  std::byte* top() const { return mapping_.base() + mapping_.size_bytes(); }
  ByteSpan guard() const;

 private:
  Mapping mapping_;
  uint64_t size_bytes_ = 0;
};

}  // namespace wherry::runtime
