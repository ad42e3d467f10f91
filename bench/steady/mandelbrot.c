// The Mandelbrot set, four points at a time in vectors of 16 bytes (-msimd128, or the CPU's own).
#include "steady.h"

enum { kSide = 256, kIterations = 120 };

typedef float floats __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));

static uint64_t kernel(void) {
  uint64_t digest = 0;
  for (int row = 0; row < kSide; ++row)
    for (int column = 0; column < kSide; column += 4) {
      float left = (float)column, y0 = (float)row * (2.0f / kSide) - 1.0f;
      floats cx = (floats){left, left + 1, left + 2, left + 3} * (3.0f / kSide) - 2.0f;
      floats cy = {y0, y0, y0, y0};
      floats x = cx, y = cy;
      ints count = {0};
      for (int step = 0; step < kIterations; ++step) {
        floats xx = x * x, yy = y * y;
        ints inside = xx + yy < 4.0f;
        if (!(inside[0] | inside[1] | inside[2] | inside[3])) break;
        count -= inside;
        y = 2.0f * x * y + cy;
        x = xx - yy + cx;
      }
      for (int lane = 0; lane < 4; ++lane) digest = mix(digest, (uint64_t)count[lane]);
    }
  return digest;
}
