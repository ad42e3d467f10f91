// One stay in guest code on one thread: from Instance::call to its return or its trap. Activations
// nest (host functions may call guests) and form a chain, which signal handlers read.
#pragma once

#include <cstddef>
#include <optional>

#include "abi/calls.h"
#include "abi/trap.h"
#include "runtime/artifact.h"
#include "runtime/interruption.h"

namespace wherry::runtime {

// Lives on the host's stack, in Instance::Impl::call.
struct Activation {
  Activation* previous = nullptr;
  Interruption* interruption = nullptr;  // of the instance that was entered
  ByteSpan stack_guard;
  void* host_stack_pointer = nullptr;  // where wherry_leave_guest goes on

  // Written by the signal handler that leaves the guest: plain values, nothing is allocated there.
  abi::TrapCode code{};
  const std::byte* program_counter = nullptr;
  const Artifact* artifact = nullptr;  // whose code it is

  const abi::Exception* exception = nullptr;  // code UncaughtException: which

  // Why a host function stopped the guest; `code` is HostStopped then.
  std::optional<abi::Trap> host_trap;
};

// The innermost one of this thread, or nullptr. Read in signal handlers: plain thread-local
// storage.
extern constinit thread_local Activation* current_activation;

// What was asked of any instance in this thread's chain. Async-signal-safe.
std::optional<abi::TrapCode> pending_interruption();

extern "C" {
// enter_guest_x86_64.S
uint32_t wherry_enter_guest(const void* code, abi::VmContext* context, uint64_t* slots,
                            abi::EntryThunk thunk, void** host_stack_pointer, void* stack_top);
void wherry_leave_guest();
}

}  // namespace wherry::runtime
