// The primorial of n: the product of all primes up to n. Exact; the digits are made as text.
#ifndef PRIMORIAL_H
#define PRIMORIAL_H

#define PRIMORIAL_N_MAX 10000
// The primorial of 10000 has 4298 digits; one more for the end of the text, rounded up.
#define PRIMORIAL_TEXT_BYTES 4400

// Writes the decimal digits of the primorial of `n`, 0 <= n <= PRIMORIAL_N_MAX, and a NUL.
// The product of no primes is 1.
void primorial_text(unsigned n, char text[PRIMORIAL_TEXT_BYTES]);

#endif
