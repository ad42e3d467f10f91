// How compiled code is called, how it calls out, and how it stops. x86-64.
//
// Compiled functions use the System V convention for what it passes in registers: the first
// argument is the VmContext* of the function's own instance, then the wasm parameters as i32, i64,
// float, double; references are pointers. One result is returned as it is, up to
// kRegisterResultsMax as an LLVM struct. Where there are more, the second argument is a pointer to
// slots, to which the function writes them; a tail call hands on the pointer of its caller. Only
// compiled code calls compiled functions directly.
//
// Nothing is passed on the stack. Arguments that find no register are stored in the argument area
// of the callee's instance (instance_layout.h), one behind the other, in 8 bytes each or 16 of a
// v128; the callee takes them out before it calls anything. So every call and return leaves the
// stack pointer as it was, and any function can take another's place by a jump: a tail call needs
// no more of the stack than its caller has. (With arguments on the stack callees have to remove
// them, as in LLVM's tailcc, and every call pays for that: 8 % of a recursion.)
//
// Host and guest exchange values through an array of 8-byte slots: i32 and f32 in the low half (the
// upper half is ignored when read by either side), v128 in two slots. Parameters are read from its
// start and results written from its start; it has room for the larger of both.
//
// Compiled code stops by an invalid instruction that carries a TrapCode (llvm.ubsantrap: `ud1l
// code(%eax),%eax`, bytes 67 0f b9 40 code), or by touching memory that is not there. Both are
// signals, whose handler finds the module's offset in the artifact's line table.
#pragma once

#include <cstdint>

#include "abi/instance_layout.h"

namespace wherry::abi {

// Three of any kind fit into registers. LLVM would return more of them through memory of its own
// accord, but then makes no tail calls.
constexpr uint32_t kRegisterResultsMax = 3;

// An artifact has one entry thunk for each function type it uses, with the C convention: loads the
// parameters from `slots`, calls `code` with `context`, stores the results to `slots`.
using EntryThunk = void (*)(const void* code, VmContext* context, uint64_t* slots);

// The bytes of llvm.ubsantrap before its code.
constexpr uint8_t kTrapInstruction[] = {0x67, 0x0f, 0xb9, 0x40};
constexpr uint32_t kTrapInstructionBytes = 5;

// Compiled code reads the byte this far below its stack pointer before every call out of it (a host
// function or a builtin), so that host code never runs into the guard below the guest's stack:
// where there is less room, the read faults inside the guest and is a StackOverflow. The guard is
// larger than this.
constexpr uint32_t kHostStackBytes = 256 * 1024;
constexpr uint32_t kStackGuardBytes = 512 * 1024;

// What compiled code calls in the host, by C convention. The table is constant and shared by all
// instances. Those that return bool return false where the instruction must trap; compiled code
// then traps itself, with MemoryOutOfBounds (memory_*) or TableOutOfBounds (table_*), so that the
// place is right. Indices are the module's. None of them unwinds but exception_raise, which leaves
// guest frames only (runtime/unwind.h).
struct Builtins {
  // Calls the host function behind import `function` of `context`'s instance. False: stop with
  // HostStopped.
  bool (*host_call)(VmContext* context, uint32_t function, uint64_t* slots);
  // Pages before, or all ones when it cannot grow. Core 3.0 §4.6.10.
  uint64_t (*memory_grow)(VmContext* context, uint32_t memory, uint64_t delta_pages);
  bool (*memory_copy)(VmContext* context, uint32_t destination_memory, uint32_t source_memory,
                      uint64_t destination, uint64_t source, uint64_t count);
  bool (*memory_fill)(VmContext* context, uint32_t memory, uint64_t destination, uint32_t value,
                      uint64_t count);
  bool (*memory_init)(VmContext* context, uint32_t memory, uint32_t segment, uint64_t destination,
                      uint64_t source, uint64_t count);
  void (*data_drop)(VmContext* context, uint32_t segment);
  // Atomics of the threads proposal, at `index` + `offset`, which is aligned. kAtomicRefused: out
  // of bounds, or interrupted; else what the instruction gives. `memory` of a wait is shared;
  // `timeout_ns` below 0 is none.
  uint64_t (*memory_notify)(VmContext* context, uint32_t memory, uint64_t index, uint64_t offset,
                            uint32_t count);
  uint64_t (*memory_wait32)(VmContext* context, uint32_t memory, uint64_t index, uint64_t offset,
                            uint32_t expected, int64_t timeout_ns);
  uint64_t (*memory_wait64)(VmContext* context, uint32_t memory, uint64_t index, uint64_t offset,
                            uint64_t expected, int64_t timeout_ns);
  // Entries before, or all ones. `value` is a reference: FunctionReference* or an external one.
  uint64_t (*table_grow)(VmContext* context, uint32_t table, const void* value, uint64_t delta);
  bool (*table_fill)(VmContext* context, uint32_t table, uint64_t destination, const void* value,
                     uint64_t count);
  bool (*table_copy)(VmContext* context, uint32_t destination_table, uint32_t source_table,
                     uint64_t destination, uint64_t source, uint64_t count);
  bool (*table_init)(VmContext* context, uint32_t table, uint32_t segment, uint64_t destination,
                     uint64_t source, uint64_t count);
  void (*elem_drop)(VmContext* context, uint32_t segment);
  // A new exception with its payload. Null: stop with ExceptionMemoryExhausted.
  const Exception* (*exception_create)(VmContext* context, const Tag* tag, const uint64_t* payload,
                                       uint32_t slots);
  // Goes on where the exception is caught. Does not return. Not null.
  void (*exception_raise)(VmContext* context, const Exception* exception);

  // Objects (object_layout.h). New ones are zero but for the header; nullptr where the heap's limit
  // does not allow them (ObjectHeapExhausted), kSegmentTooShort where a segment does not hold so
  // much (MemoryOutOfBounds or TableOutOfBounds). `type` is an array or struct type's index;
  // objects are not null.
  void* (*struct_new)(VmContext* context, uint32_t type);
  void* (*array_new)(VmContext* context, uint32_t type, uint32_t length);
  void* (*array_new_data)(VmContext* context, uint32_t type, uint32_t segment, uint32_t source,
                          uint32_t length);
  void* (*array_new_elem)(VmContext* context, uint32_t type, uint32_t segment, uint32_t source,
                          uint32_t length);
  // ArrayOutOfBounds. `value` is as wide as an element.
  bool (*array_fill)(VmContext* context, void* array, uint32_t begin, const void* value,
                     uint32_t count);
  bool (*array_copy)(VmContext* context, void* destination_array, uint32_t destination,
                     const void* source_array, uint32_t source, uint32_t count);
  // What they write has been found inside of the array; the segment is too short where they fail.
  bool (*array_init_data)(VmContext* context, void* array, uint32_t begin, uint32_t segment,
                          uint32_t source, uint32_t count);
  bool (*array_init_elem)(VmContext* context, void* array, uint32_t begin, uint32_t segment,
                          uint32_t source, uint32_t count);
};

constexpr uint64_t kAtomicRefused = ~uint64_t{0};
inline void* const kSegmentTooShort = reinterpret_cast<void*>(1);

}  // namespace wherry::abi
