// Leaves guest frames by an exception. Core 3.0 §4.6.12 (throw_ref).
//
// The unwinder looks for the innermost call that is inside a try, by the tables that artifacts have
// of their frames (abi/unwind.h): a binary search or two for each frame, and nothing is run on the
// way. The code there compares tags; what does not catch the exception raises it again. Only guest
// frames of the current activation are left, of whichever instances: an exception that meets the
// host ends the call as a trap, UncaughtException.
//
// libgcc's unwinder would do as well, and was rejected: it would have to be kept out of host
// frames, registers the frames of a file only with an allocation and a lock, and takes a
// microsecond for a frame.
#pragma once

#include <cstdint>

#include "abi/exception.h"
#include "abi/instance_layout.h"
#include "abi/unwind.h"

namespace wherry::runtime {

// The registers of a frame at one of its calls; raise_x86_64.S has the same layout.
struct UnwindState {
  uint64_t saved[abi::kSavedRegisters];
  uint64_t rsp;  // before the call
  uint64_t pc;   // behind it
};

extern "C" {
// abi::Builtins::exception_raise; raise_x86_64.S.
void wherry_raise(abi::VmContext* context, const abi::Exception* exception);
// Moves `state` to where the exception is caught, or to where the guest is left. Returns the
// exception.
const abi::Exception* wherry_find_handler(UnwindState* state, const abi::Exception* exception);
}

}  // namespace wherry::runtime
