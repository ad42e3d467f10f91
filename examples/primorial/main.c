// Answers GET /?n=10 with {"original":"10","primorial_value":"210"}: the product of all primes up
// to n. CGI (RFC 3875): the request comes as environment variables, the answer goes to standard
// output. Without REQUEST_METHOD it is a command, whose argument is the number.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "primorial.h"
#include "query.h"

#define STRINGIFY(x) #x
#define TEXT_OF(x) STRINGIFY(x)
#define EXPECTED \
  "expected a whole number from 0 to " TEXT_OF(PRIMORIAL_N_MAX) " without leading zeros"

// A value as the inside of a JSON string (RFC 8259 §7). Bytes that are not ASCII become U+FFFD,
// since nobody has checked that they are UTF-8.
static void print_escaped(const struct value *value) {
  for (size_t i = 0; i < value->size; i++) {
    unsigned char c = (unsigned char)value->bytes[i];
    if (c == '"' || c == '\\')
      printf("\\%c", c);
    else if (c < 0x20 || c == 0x7f)
      printf("\\u%04x", c);
    else if (c > 0x7f)
      printf("\\ufffd");
    else
      putchar(c);
  }
}

// The header of the answer. The body follows, but for HEAD.
static void print_header(const char *status) {
  printf("Content-Type: application/json\r\nStatus: %s\r\n", status);
}

// `value` is what was asked for, or NULL where the request went wrong before.
static void answer_bad_request(const char *reason, const struct value *value, int with_body) {
  print_header("400 Bad Request");
  printf("\r\n");
  if (!with_body) return;
  printf("{\"error\":\"");
  if (value) {
    printf("n is '");
    print_escaped(value);
    printf("', ");
  }
  printf("%s\"}", reason);
}

static void answer_query(const char *query, int with_body) {
  struct value value;
  const char *problem = query_value(query, &value);
  if (problem) {
    answer_bad_request(problem, NULL, with_body);
    return;
  }
  int n = value_number(&value, PRIMORIAL_N_MAX);
  if (n < 0) {
    answer_bad_request(EXPECTED, &value, with_body);
    return;
  }
  print_header("200 OK");
  printf("\r\n");
  if (!with_body) return;
  static char text[PRIMORIAL_TEXT_BYTES];
  primorial_text((unsigned)n, text);
  printf("{\"original\":\"%d\",\"primorial_value\":\"%s\"}", n, text);
}

static void answer_request(const char *method) {
  int is_head = strcmp(method, "HEAD") == 0;
  if (!is_head && strcmp(method, "GET") != 0) {
    print_header("405 Method Not Allowed");
    printf("Allow: GET, HEAD\r\n\r\n{\"error\":\"only GET and HEAD are allowed\"}");
    return;
  }
  const char *query = getenv("QUERY_STRING");
  answer_query(query ? query : "", !is_head);
}

static int run_command(int argc, char **argv) {
  struct value value = {.size = 0};
  if (argc == 2 && strlen(argv[1]) <= sizeof value.bytes) {
    value.size = strlen(argv[1]);
    memcpy(value.bytes, argv[1], value.size);
  }
  int n = value_number(&value, PRIMORIAL_N_MAX);
  if (n < 0) {
    fprintf(stderr, "primorial: " EXPECTED "\n");
    return 2;
  }
  static char text[PRIMORIAL_TEXT_BYTES];
  primorial_text((unsigned)n, text);
  puts(text);
  return 0;
}

int main(int argc, char **argv) {
  const char *method = getenv("REQUEST_METHOD");
  int status = 0;
  if (method)
    answer_request(method);
  else
    status = run_command(argc, argv);
  // An answer that did not get out is no success.
  return fflush(stdout) == 0 ? status : 1;
}
