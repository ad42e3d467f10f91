# Denials of requests are told as those of wherry run: at once, or with the failure that they explain.
source "$(dirname "$0")/../lib.sh"

cat >page.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void) {
  const char *path = getenv("PATH_INFO");
  FILE *file = fopen("/etc/words", "r");
  fputs("to stderr\n", stderr);
  if (!file && path && !strcmp(path, "/needs")) return 3;
  puts("Content-Type: text/plain\n\nanswer");
  return 0;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt page.c -o page.wasm 2>/dev/null
mkdir d
start_serve --dir d --stdio stdin,stdout page.wasm
expect_equal "$(curl -fsS "$URL/")" answer
grep -q 'denied: write to stderr (give it whole with --stdio stdin,stdout,stderr)' "$SERVE_LOG" ||
  fail "no denial of the stream: $(cat "$SERVE_LOG")"
! grep -q /etc/words "$SERVE_LOG" || fail "a look that did no harm was told: $(cat "$SERVE_LOG")"
curl -sS "$URL/needs" >/dev/null
grep -q 'denied: open /etc/words for reading (grant it with --dir HOST:/etc:ro)' "$SERVE_LOG" ||
  fail "no denial of the file: $(cat "$SERVE_LOG")"
