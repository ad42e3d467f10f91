// A program with much data, most of it only read, that waits at its end: what do two of them share?
#include <stdint.h>
#include <stdio.h>

enum { kCount = 1 << 19 };
static uint32_t table[kCount] = {1};
static uint32_t sums[4096] = {1};

__attribute__((export_name("wherry.initialize"))) void initialize(void) {
  for (uint32_t i = 0; i < kCount; i++) table[i] = i * 2654435761u;
}

int main(void) {
  for (uint32_t i = 0; i < kCount; i++) sums[i % 4096] += table[i];
  printf("%u\n", sums[7]);
  fflush(stdout);
  return getchar() == EOF ? 0 : 1;
}
