// What a thread needs to run guests, made at its first call and kept until it ends: the guest's
// stack and an alternate stack for signals (the handler of a stack overflow cannot run on the stack
// that overflowed).
#pragma once

#include <cstdint>

#include "runtime/guest_stack.h"
#include "support/file.h"
#include "support/result.h"

namespace wherry::runtime {

class GuestThread {
 public:
  // The calling thread's.
  static GuestThread& current();

  GuestThread() = default;
  ~GuestThread();
  GuestThread(const GuestThread&) = delete;
  GuestThread& operator=(const GuestThread&) = delete;

  // A stack of this size, for a call that comes from the host's own stack. The last one is used
  // again where its size is the same: then this costs a comparison. Errors: Unavailable, Io.
  Result<> prepare(uint64_t stack_bytes);
  const GuestStack& stack() const { return stack_; }

 private:
  Result<> install_signal_stack();

  GuestStack stack_;
  Mapping signal_stack_;
  bool has_signal_stack_ = false;  // ours, or one that was there
};

}  // namespace wherry::runtime
