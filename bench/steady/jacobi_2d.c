// PolyBench's jacobi-2d: a five-point stencil, between two grids.
#include "steady.h"

enum { kSize = 300, kSteps = 60 };
static double a[kSize][kSize], b[kSize][kSize];

static void smooth(double (*to)[kSize], double (*from)[kSize]) {
  for (int i = 1; i < kSize - 1; ++i)
    for (int j = 1; j < kSize - 1; ++j)
      to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
}

static uint64_t kernel(void) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) {
      a[i][j] = (i * (j + 2.0) + 2) / kSize;
      b[i][j] = (i * (j + 3.0) + 3) / kSize;
    }
  for (int step = 0; step < kSteps; ++step) {
    smooth(b, a);
    smooth(a, b);
  }
  uint64_t digest = 0;
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) digest = mix_double(digest, a[i][j]);
  return digest;
}
