#include "query.h"

#include <string.h>

static int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// Appends one character of `text`, decoded; returns how many characters it took, 0 when it is
// malformed.
static size_t decode_one(const char *text, char *decoded) {
  *decoded = text[0];
  if (text[0] != '%') return 1;
  int high = hex_digit(text[1]);
  int low = high < 0 ? -1 : hex_digit(text[2]);
  if (low < 0) return 0;
  *decoded = (char)(high * 16 + low);
  return 3;
}

const char *query_value(const char *query, struct value *value) {
  if (strchr(query, '&')) return "expected one parameter, n";
  const char *equals = strchr(query, '=');
  if (equals && (equals != query + 1 || query[0] != 'n')) return "expected the parameter n";
  value->size = 0;
  for (const char *rest = equals ? equals + 1 : query; *rest;) {
    if (value->size == QUERY_VALUE_BYTES) return "n is too long";
    size_t taken = decode_one(rest, &value->bytes[value->size]);
    if (taken == 0) return "the query has a '%' without two hexadecimal digits";
    value->size++;
    rest += taken;
  }
  return NULL;
}

int value_number(const struct value *value, int max) {
  if (value->size == 0 || (value->bytes[0] == '0' && value->size > 1)) return -1;
  int number = 0;
  for (size_t i = 0; i < value->size; i++) {
    char c = value->bytes[i];
    if (c < '0' || c > '9') return -1;
    number = number * 10 + (c - '0');
    if (number > max) return -1;  // before it could overflow
  }
  return number;
}
