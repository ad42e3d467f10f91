// A register machine's bytecode, interpreted by a switch in a loop: counts primes by trial division.
#include "steady.h"

enum operation { kLoad, kMove, kAdd, kAddImmediate, kMultiply, kRemainder, kJump, kJumpIfZero, kJumpIfGreater, kHalt };

struct instruction {
  uint8_t operation, a, b, c;  // registers
  int32_t immediate;           // a number, or the target of a jump
};

// r0 candidate, r1 divisor, r2 count, r3 limit, r4 scratch
static const struct instruction kProgram[] = {
    {kLoad, 0, 0, 0, 2},           // 0
    {kLoad, 2, 0, 0, 0},           // 1
    {kLoad, 3, 0, 0, 12000},       // 2
    {kJumpIfGreater, 0, 3, 0, 14}, // 3  next candidate
    {kLoad, 1, 0, 0, 2},           // 4
    {kMultiply, 4, 1, 1, 0},       // 5  next divisor
    {kJumpIfGreater, 4, 0, 0, 10}, // 6  is prime
    {kRemainder, 4, 0, 1, 0},      // 7
    {kJumpIfZero, 4, 0, 0, 12},    // 8
    {kJump, 0, 0, 0, 15},          // 9
    {kAddImmediate, 2, 2, 0, 1},   // 10 prime
    {kMove, 5, 0, 0, 0},           // 11
    {kAddImmediate, 0, 0, 0, 1},   // 12
    {kJump, 0, 0, 0, 3},           // 13
    {kHalt, 0, 0, 0, 0},           // 14
    {kAddImmediate, 1, 1, 0, 1},   // 15
    {kAdd, 6, 6, 1, 0},            // 16
    {kJump, 0, 0, 0, 5},           // 17
};

static uint64_t run(const struct instruction* program) {
  int32_t r[8] = {0};
  uint64_t executed = 0;
  for (const struct instruction* next = program;;) {
    const struct instruction* i = next++;
    ++executed;
    switch ((enum operation)i->operation) {
      case kLoad: r[i->a] = i->immediate; break;
      case kMove: r[i->a] = r[i->b]; break;
      case kAdd: r[i->a] = (int32_t)((uint32_t)r[i->b] + (uint32_t)r[i->c]); break;
      case kAddImmediate: r[i->a] = (int32_t)((uint32_t)r[i->b] + (uint32_t)i->immediate); break;
      case kMultiply: r[i->a] = (int32_t)((uint32_t)r[i->b] * (uint32_t)r[i->c]); break;
      case kRemainder: r[i->a] = r[i->b] % r[i->c]; break;
      case kJump: next = program + i->immediate; break;
      case kJumpIfZero: if (r[i->a] == 0) next = program + i->immediate; break;
      case kJumpIfGreater: if (r[i->a] > r[i->b]) next = program + i->immediate; break;
      case kHalt: return mix(mix(executed, (uint64_t)r[2]), (uint64_t)r[5]) ^ (uint32_t)r[6];
    }
  }
}

static uint64_t kernel(void) {
  uint64_t digest = 0;
  for (int round = 0; round < 2; ++round) digest = mix(digest, run(kProgram));
  return digest;
}
