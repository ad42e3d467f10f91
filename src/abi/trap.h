// Why a guest stopped. Core 3.0 §4 names the rules; the codes are ours, and part of the artifact
// format: compiled code carries them in its trap instructions (calls.h). Append, never renumber.
#pragma once

#include <cstdint>
#include <string>

#include "abi/exception.h"

namespace wherry::abi {

enum class TrapCode : uint8_t {
  Unreachable = 1,
  MemoryOutOfBounds = 2,
  TableOutOfBounds = 3,
  UndefinedElement = 4,      // call_indirect beyond the table's end
  UninitializedElement = 5,  // call_indirect through a null entry
  IndirectCallTypeMismatch = 6,
  IntegerDivideByZero = 7,
  IntegerOverflow = 8,
  InvalidConversionToInteger = 9,
  StackOverflow = 10,
  NullReference = 11,
  // From the host's side; never in a trap instruction but HostStopped.
  HostStopped = 12,  // a host function stopped the guest: the activation holds the real trap
  Exit = 13,         // the guest asked to end (proc_exit); not a fault
  Interrupted = 14,  // from outside, by the host's wish
  HostError = 15,    // a host function could not go on
  TimeLimit = 16,
  CpuTimeLimit = 17,
  FuelLimit = 18,
  // An exception that no guest frame caught, of an instance that was called by the host.
  UncaughtException = 19,
  ExceptionMemoryExhausted = 20,  // exceptions that are kept take more than they may
  // Of references and objects.
  NullFunctionReference = 24,
  NullStructureReference = 25,
  NullArrayReference = 26,
  NullI31Reference = 27,
  CastFailure = 28,
  ArrayOutOfBounds = 29,
  ObjectHeapExhausted = 30,  // what is still referred to fills the heap, up to its limit
  // Of atomic accesses.
  UnalignedAtomic = 31,
  ExpectedSharedMemory = 32,  // memory.atomic.wait where no other thread could ever notify
};

// The word for a code, as the official test suite and people use it: "integer divide by zero".
const char* trap_message(TrapCode code);

// No place in the module: the guest was stopped in a host call.
constexpr uint32_t kNoWasmOffset = 0xffff'ffff;

// A guest stopped by a rule (or by its own exit). Never turned into an Error below container/.
struct Trap {
  TrapCode code;
  uint32_t wasm_offset = kNoWasmOffset;  // of the instruction, in the module's bytes
  uint32_t function = 0xffff'ffff;       // its function's index, or 0xffffffff
  uint32_t exit_status = 0;              // code Exit only
  // The limit that was met: bytes (StackOverflow, ObjectHeapExhausted, ExceptionMemoryExhausted),
  // nanoseconds (TimeLimit, CpuTimeLimit), units (FuelLimit).
  uint64_t limit = 0;
  // Code UncaughtException only; it lives until an instance of the guest is called again, or gone.
  const Exception* exception = nullptr;
  std::string function_name = {};  // from the name section; empty where unknown
};

}  // namespace wherry::abi
