// PolyBench's floyd-warshall: all shortest paths of a dense graph, in integers.
#include "steady.h"

enum { kSize = 240 };
static int32_t paths[kSize][kSize];

static uint64_t kernel(void) {
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j)
      paths[i][j] = (i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0 ? 999 : i * j % 7 + 1;
  for (int k = 0; k < kSize; ++k)
    for (int i = 0; i < kSize; ++i)
      for (int j = 0; j < kSize; ++j) {
        int32_t around = paths[i][k] + paths[k][j];
        paths[i][j] = paths[i][j] < around ? paths[i][j] : around;
      }
  uint64_t digest = 0;
  for (int i = 0; i < kSize; ++i)
    for (int j = 0; j < kSize; ++j) digest = mix(digest, (uint64_t)paths[i][j]);
  return digest;
}
