// Calls and returns, and little else: Fibonacci's numbers and the Tak function.
#include "steady.h"

static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

static int tak(int x, int y, int z) {
  return y >= x ? z : tak(tak(x - 1, y, z), tak(y - 1, z, x), tak(z - 1, x, y));
}

static uint64_t kernel(void) { return mix(fibonacci(31), (uint64_t)tak(18, 12, 6)); }
