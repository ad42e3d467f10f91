// The sieve of Eratosthenes, in bytes.
#include "steady.h"

enum { kLimit = 2000000 };
static uint8_t composite[kLimit + 1];

static uint64_t kernel(void) {
  memset(composite, 0, sizeof composite);
  for (int i = 2; i * i <= kLimit; ++i)
    if (!composite[i])
      for (int j = i * i; j <= kLimit; j += i) composite[j] = 1;
  uint64_t count = 0;
  for (int i = 2; i <= kLimit; ++i) count += !composite[i];
  return count;
}
