// What an artifact says of its code's frames, so that an exception can leave them: where a frame
// keeps its caller's registers, and where calls inside a try go on when they are left.
// Follows the System V ABI's AMD64 supplement 1.0, §3.2 (stack frames) and §3.7 (unwinding); the
// tables say what the DWARF that LLVM writes says, for the places where exceptions pass: calls.
//
// They lie at the artifact's end, in pages that nobody touches before the first exception.
//
// A frame here is what a function has made of the stack between its prologue and its epilogue: no
// call happens outside of these. Its CFA (DWARF's canonical frame address) is the stack pointer
// before the call that made it, and the caller's behind it (calls.h).
#pragma once

#include <cstdint>

namespace wherry::abi {

// The registers that a callee preserves, in the order of FrameShape::saved.
enum class SavedRegister : uint8_t { Rbx, Rbp, R12, R13, R14, R15 };
constexpr uint32_t kSavedRegisters = 6;

// Frames alike in layout share one.
struct FrameShape {
  uint32_t cfa_offset;              // from the base register
  uint32_t is_rbp_based;            // 1: the base register is rbp; 0: rsp
  uint16_t saved[kSavedRegisters];  // where, in words below the CFA; 0: unchanged
};

// The function whose code begins here, and goes on until the next record.
struct FrameRecord {
  uint32_t code;
  uint32_t shape;  // kNone: no function that an exception can pass
};

// Calls in [begin, end) that are left by an exception go on at `pad`, with the exception in rax.
// Sorted, without overlaps.
struct LandingPadRecord {
  uint32_t begin;
  uint32_t end;
  uint32_t pad;
};

}  // namespace wherry::abi
