// Signals into traps: the process's handlers for SIGSEGV, SIGBUS, SIGILL and SIGFPE, and for the
// signal that interrupts guests.
//
// A fault is a guest's where the program counter is in a code section of an artifact
// (address_ranges.h) and the fault is one that compiled code makes on purpose (abi/calls.h): a trap
// instruction, an access to a linear memory's reservation, or to the guard below the guest's stack.
// Then the handler notes code and place in the current Activation and lets the thread go on at
// wherry_leave_guest. No C++ frame lies in between: host functions that call guests open an
// activation of their own. Any other fault goes to the handler that was there before ours, or ends
// the process as it would have.
#pragma once

namespace wherry::runtime {

// Once for the process; later calls do nothing. Thread-safe.
void install_trap_handlers();

// A real-time signal, ours for the process.
int interrupt_signal();

}  // namespace wherry::runtime
