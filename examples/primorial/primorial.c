#include "primorial.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

// A large number in base 10^9, the least significant limb first. Decimal limbs cost a division for
// each limb and factor, and make printing trivial; in base 2^32 it would be the other way round,
// and slower for the few thousand digits there are here.
enum { LIMB_BASE = 1000000000, LIMB_DIGITS = 9, LIMBS_MAX = PRIMORIAL_TEXT_BYTES / LIMB_DIGITS };

struct number {
  uint32_t limbs[LIMBS_MAX];
  unsigned count;
};

// Any factor of 32 bits will do: 10^9 * 2^32 fits into 64 bits.
static void multiply(struct number *number, uint32_t factor) {
  uint64_t carry = 0;
  for (unsigned i = 0; i < number->count; i++) {
    uint64_t product = (uint64_t)number->limbs[i] * factor + carry;
    number->limbs[i] = (uint32_t)(product % LIMB_BASE);
    carry = product / LIMB_BASE;
  }
  for (; carry > 0; carry /= LIMB_BASE)
    number->limbs[number->count++] = (uint32_t)(carry % LIMB_BASE);
}

static void print(const struct number *number, char text[PRIMORIAL_TEXT_BYTES]) {
  unsigned i = number->count - 1;
  int length = snprintf(text, PRIMORIAL_TEXT_BYTES, "%u", (unsigned)number->limbs[i]);
  while (i-- > 0)
    length += snprintf(text + length, (size_t)(PRIMORIAL_TEXT_BYTES - length), "%09u",
                       (unsigned)number->limbs[i]);
}

void primorial_text(unsigned n, char text[PRIMORIAL_TEXT_BYTES]) {
  static bool
      composite[PRIMORIAL_N_MAX + 1];  // the sieve of Eratosthenes; a second call finds it done
  static struct number product;
  product = (struct number){{1}, 1};
  uint32_t factor = 1;  // primes that are not multiplied yet, together below 2^32
  for (unsigned i = 2; i <= n; i++) {
    if (composite[i]) continue;
    for (unsigned j = i * i; j <= PRIMORIAL_N_MAX; j += i) composite[j] = true;
    if ((uint64_t)factor * i > UINT32_MAX) {
      multiply(&product, factor);
      factor = 1;
    }
    factor *= i;
  }
  multiply(&product, factor);
  print(&product, text);
}
