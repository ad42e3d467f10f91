// Reads the number out of a query string: "n=10" or "10".
#ifndef QUERY_H
#define QUERY_H

#include <stddef.h>

#define QUERY_VALUE_BYTES 64

struct value {
  char bytes[QUERY_VALUE_BYTES];  // decoded; may hold NUL, which is no end
  size_t size;
};

// Takes the value out of a query string and decodes its %XX. Returns NULL, or what is wrong with
// the query. Who writes "+" means a space by the rules of HTML forms; it stays '+' here, and is no
// digit either way.
const char* query_value(const char* query, struct value* value);

// The number that a value is, from 0 to `max`, or -1: digits and nothing else. "007" is refused, so
// that every number has one address, and one entry in a cache.
int value_number(const struct value* value, int max);

#endif
