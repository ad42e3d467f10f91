// The atomic instructions, those with the prefix byte 0xfe, as a part of the instruction set in
// opcodes.h. Follows the threads proposal, github.com/WebAssembly/threads (Overview.md, "Atomic
// Memory Accesses"), which is not in Core 3.0.
#pragma once

// X(identifier, code, "name", Immediate, "signature"), see opcodes.h. From I32AtomicLoad on, each
// operation has seven forms in the same order: i32, i64, i32 of 8 and 16 bits, i64 of 8, 16 and 32.
#define WHERRY_ATOMIC_OPCODES(X)                                                   \
  X(MemoryAtomicNotify, 0xe000, "memory.atomic.notify", Atomic, "ii:i")            \
  X(MemoryAtomicWait32, 0xe001, "memory.atomic.wait32", Atomic, "iil:i")           \
  X(MemoryAtomicWait64, 0xe002, "memory.atomic.wait64", Atomic, "ill:i")           \
  X(AtomicFence, 0xe003, "atomic.fence", Fence, ":")                               \
  X(I32AtomicLoad, 0xe010, "i32.atomic.load", Atomic, "i:i")                       \
  X(I64AtomicLoad, 0xe011, "i64.atomic.load", Atomic, "i:l")                       \
  X(I32AtomicLoad8U, 0xe012, "i32.atomic.load8_u", Atomic, "i:i")                  \
  X(I32AtomicLoad16U, 0xe013, "i32.atomic.load16_u", Atomic, "i:i")                \
  X(I64AtomicLoad8U, 0xe014, "i64.atomic.load8_u", Atomic, "i:l")                  \
  X(I64AtomicLoad16U, 0xe015, "i64.atomic.load16_u", Atomic, "i:l")                \
  X(I64AtomicLoad32U, 0xe016, "i64.atomic.load32_u", Atomic, "i:l")                \
  X(I32AtomicStore, 0xe017, "i32.atomic.store", Atomic, "ii:")                     \
  X(I64AtomicStore, 0xe018, "i64.atomic.store", Atomic, "il:")                     \
  X(I32AtomicStore8, 0xe019, "i32.atomic.store8", Atomic, "ii:")                   \
  X(I32AtomicStore16, 0xe01a, "i32.atomic.store16", Atomic, "ii:")                 \
  X(I64AtomicStore8, 0xe01b, "i64.atomic.store8", Atomic, "il:")                   \
  X(I64AtomicStore16, 0xe01c, "i64.atomic.store16", Atomic, "il:")                 \
  X(I64AtomicStore32, 0xe01d, "i64.atomic.store32", Atomic, "il:")                 \
  X(I32AtomicRmwAdd, 0xe01e, "i32.atomic.rmw.add", Atomic, "ii:i")                 \
  X(I64AtomicRmwAdd, 0xe01f, "i64.atomic.rmw.add", Atomic, "il:l")                 \
  X(I32AtomicRmw8AddU, 0xe020, "i32.atomic.rmw8.add_u", Atomic, "ii:i")            \
  X(I32AtomicRmw16AddU, 0xe021, "i32.atomic.rmw16.add_u", Atomic, "ii:i")          \
  X(I64AtomicRmw8AddU, 0xe022, "i64.atomic.rmw8.add_u", Atomic, "il:l")            \
  X(I64AtomicRmw16AddU, 0xe023, "i64.atomic.rmw16.add_u", Atomic, "il:l")          \
  X(I64AtomicRmw32AddU, 0xe024, "i64.atomic.rmw32.add_u", Atomic, "il:l")          \
  X(I32AtomicRmwSub, 0xe025, "i32.atomic.rmw.sub", Atomic, "ii:i")                 \
  X(I64AtomicRmwSub, 0xe026, "i64.atomic.rmw.sub", Atomic, "il:l")                 \
  X(I32AtomicRmw8SubU, 0xe027, "i32.atomic.rmw8.sub_u", Atomic, "ii:i")            \
  X(I32AtomicRmw16SubU, 0xe028, "i32.atomic.rmw16.sub_u", Atomic, "ii:i")          \
  X(I64AtomicRmw8SubU, 0xe029, "i64.atomic.rmw8.sub_u", Atomic, "il:l")            \
  X(I64AtomicRmw16SubU, 0xe02a, "i64.atomic.rmw16.sub_u", Atomic, "il:l")          \
  X(I64AtomicRmw32SubU, 0xe02b, "i64.atomic.rmw32.sub_u", Atomic, "il:l")          \
  X(I32AtomicRmwAnd, 0xe02c, "i32.atomic.rmw.and", Atomic, "ii:i")                 \
  X(I64AtomicRmwAnd, 0xe02d, "i64.atomic.rmw.and", Atomic, "il:l")                 \
  X(I32AtomicRmw8AndU, 0xe02e, "i32.atomic.rmw8.and_u", Atomic, "ii:i")            \
  X(I32AtomicRmw16AndU, 0xe02f, "i32.atomic.rmw16.and_u", Atomic, "ii:i")          \
  X(I64AtomicRmw8AndU, 0xe030, "i64.atomic.rmw8.and_u", Atomic, "il:l")            \
  X(I64AtomicRmw16AndU, 0xe031, "i64.atomic.rmw16.and_u", Atomic, "il:l")          \
  X(I64AtomicRmw32AndU, 0xe032, "i64.atomic.rmw32.and_u", Atomic, "il:l")          \
  X(I32AtomicRmwOr, 0xe033, "i32.atomic.rmw.or", Atomic, "ii:i")                   \
  X(I64AtomicRmwOr, 0xe034, "i64.atomic.rmw.or", Atomic, "il:l")                   \
  X(I32AtomicRmw8OrU, 0xe035, "i32.atomic.rmw8.or_u", Atomic, "ii:i")              \
  X(I32AtomicRmw16OrU, 0xe036, "i32.atomic.rmw16.or_u", Atomic, "ii:i")            \
  X(I64AtomicRmw8OrU, 0xe037, "i64.atomic.rmw8.or_u", Atomic, "il:l")              \
  X(I64AtomicRmw16OrU, 0xe038, "i64.atomic.rmw16.or_u", Atomic, "il:l")            \
  X(I64AtomicRmw32OrU, 0xe039, "i64.atomic.rmw32.or_u", Atomic, "il:l")            \
  X(I32AtomicRmwXor, 0xe03a, "i32.atomic.rmw.xor", Atomic, "ii:i")                 \
  X(I64AtomicRmwXor, 0xe03b, "i64.atomic.rmw.xor", Atomic, "il:l")                 \
  X(I32AtomicRmw8XorU, 0xe03c, "i32.atomic.rmw8.xor_u", Atomic, "ii:i")            \
  X(I32AtomicRmw16XorU, 0xe03d, "i32.atomic.rmw16.xor_u", Atomic, "ii:i")          \
  X(I64AtomicRmw8XorU, 0xe03e, "i64.atomic.rmw8.xor_u", Atomic, "il:l")            \
  X(I64AtomicRmw16XorU, 0xe03f, "i64.atomic.rmw16.xor_u", Atomic, "il:l")          \
  X(I64AtomicRmw32XorU, 0xe040, "i64.atomic.rmw32.xor_u", Atomic, "il:l")          \
  X(I32AtomicRmwXchg, 0xe041, "i32.atomic.rmw.xchg", Atomic, "ii:i")               \
  X(I64AtomicRmwXchg, 0xe042, "i64.atomic.rmw.xchg", Atomic, "il:l")               \
  X(I32AtomicRmw8XchgU, 0xe043, "i32.atomic.rmw8.xchg_u", Atomic, "ii:i")          \
  X(I32AtomicRmw16XchgU, 0xe044, "i32.atomic.rmw16.xchg_u", Atomic, "ii:i")        \
  X(I64AtomicRmw8XchgU, 0xe045, "i64.atomic.rmw8.xchg_u", Atomic, "il:l")          \
  X(I64AtomicRmw16XchgU, 0xe046, "i64.atomic.rmw16.xchg_u", Atomic, "il:l")        \
  X(I64AtomicRmw32XchgU, 0xe047, "i64.atomic.rmw32.xchg_u", Atomic, "il:l")        \
  X(I32AtomicRmwCmpxchg, 0xe048, "i32.atomic.rmw.cmpxchg", Atomic, "iii:i")        \
  X(I64AtomicRmwCmpxchg, 0xe049, "i64.atomic.rmw.cmpxchg", Atomic, "ill:l")        \
  X(I32AtomicRmw8CmpxchgU, 0xe04a, "i32.atomic.rmw8.cmpxchg_u", Atomic, "iii:i")   \
  X(I32AtomicRmw16CmpxchgU, 0xe04b, "i32.atomic.rmw16.cmpxchg_u", Atomic, "iii:i") \
  X(I64AtomicRmw8CmpxchgU, 0xe04c, "i64.atomic.rmw8.cmpxchg_u", Atomic, "ill:l")   \
  X(I64AtomicRmw16CmpxchgU, 0xe04d, "i64.atomic.rmw16.cmpxchg_u", Atomic, "ill:l") \
  X(I64AtomicRmw32CmpxchgU, 0xe04e, "i64.atomic.rmw32.cmpxchg_u", Atomic, "ill:l")
