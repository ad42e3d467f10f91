// PolyBench's lu: decomposition of a matrix in place.
#include "steady.h"

enum { kSize = 220 };
static double a[kSize][kSize];

static uint64_t kernel(void) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) a[i][j] = i == j ? kSize : (i * 7 + j * 3) % 11 / 11.0;
  for (int i = 0; i < kSize; ++i) {
    for (int j = 0; j < i; ++j) {
      for (int k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[k][j];
      a[i][j] /= a[j][j];
    }
    for (int j = i; j < kSize; ++j)
      for (int k = 0; k < i; ++k) a[i][j] -= a[i][k] * a[k][j];
  }
  uint64_t digest = 0;
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) digest = mix_double(digest, a[i][j]);
  return digest;
}
