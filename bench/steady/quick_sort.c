// A quicksort written out, with insertion sort for short ranges, of 100,000 numbers.
#include "steady.h"

enum { kCount = 100000, kShort = 16 };
static int32_t numbers[kCount];

static void insertion_sort(int32_t* a, int count) {
  for (int i = 1; i < count; ++i) {
    int32_t value = a[i];
    int j = i;
    for (; j > 0 && a[j - 1] > value; --j) a[j] = a[j - 1];
    a[j] = value;
  }
}

static void quick_sort(int32_t* a, int count) {
  if (count <= kShort) {
    insertion_sort(a, count);
    return;
  }
  int32_t pivot = a[count / 2];
  int low = 0, high = count - 1;
  while (low <= high) {
    while (a[low] < pivot) ++low;
    while (a[high] > pivot) --high;
    if (low > high) break;
    int32_t swapped = a[low];
    a[low++] = a[high];
    a[high--] = swapped;
  }
  quick_sort(a, high + 1);
  quick_sort(a + low, count - low);
}

static uint64_t kernel(void) {
  uint32_t random = 4711;
  for (int i = 0; i < kCount; ++i) numbers[i] = (int32_t)next_random(&random);
  quick_sort(numbers, kCount);
  uint64_t digest = 0;
  for (int i = 0; i < kCount; ++i) digest = mix(digest, (uint64_t)numbers[i]);
  return digest;
}
