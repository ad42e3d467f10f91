// PolyBench's gemm: C = alpha A B + beta C.
#include "steady.h"

enum { kSize = 240 };
static double a[kSize][kSize], b[kSize][kSize], c[kSize][kSize];

static uint64_t kernel(void) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      a[i][j] = (i * j + 1) % kSize / (double)kSize;
      b[i][j] = i * (j + 1) % kSize / (double)kSize;
      c[i][j] = i * (j + 2) % kSize / (double)kSize;
    }
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < kSize; ++j) c[i][j] *= 1.2;
    for (int k = 0; k < kSize; ++k)
      for (int j = 0; j < kSize; ++j) c[i][j] += 1.5 * a[i][k] * b[k][j];
  }
  uint64_t digest = 0;
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) digest = mix_double(digest, c[i][j]);
  return digest;
}
