# A denial is one line with the flag that would allow it; searching programs do not flood; --json.
source "$(dirname "$0")/../lib.sh"

cat >try.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  for (int i = 1; i < argc - 1; i++) fopen(argv[i], i % 2 ? "w" : "r");
  for (int i = 0; i < 500; i++) {
    char path[40];
    sprintf(path, "/d/../lib%d/x", i);
    fopen(path, "r");
  }
  return atoi(argv[argc - 1]);
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt try.c -o try.wasm 2>/dev/null
mkdir d && touch d/f
run wherry run try.wasm --dir d:/d:ro -- /d/f 0
expect_status 0
expect_err "wherry: warning: denied: open /d/f for writing (grant it with --dir d:/d:read+write)"
# A program that fails has missed something.
run wherry run try.wasm --dir d:/d:ro -- /d/f 3
expect_status 3
expect_err_has "denied: open /lib0/x for reading (grant it with --dir HOST:/lib0:ro)"
expect_err_has "more denials (-v shows all)"
(($(wc -l <<<"$ERR") < 15)) || fail "flooded: $ERR"
run wherry run try.wasm --json --dir d:/d:ro -- /d/f 0
expect_equal "$(python3 -c 'import json, sys; print(json.loads(sys.argv[1])["way_out"])' "$ERR")" \
  "grant it with --dir d:/d:read+write"

# What nobody names by a path: streams, descriptors, memory, threads.
cat >want.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
  if (!strcmp(argv[1], "out")) return puts("x") < 0 || fflush(stdout) != 0;
  if (!strcmp(argv[1], "in")) return getchar() == EOF && ferror(stdin);
  if (!strcmp(argv[1], "files"))
    while (fopen("/d/f", "r")) continue;
  if (!strcmp(argv[1], "memory"))
    for (int i = 0; i < 100; i++)
      if (!memset(malloc(1 << 16), 1, 1 << 16) || __builtin_wasm_memory_grow(0, 1) == (size_t)-1) return argc - 1;
  return 0;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt want.c -o want.wasm 2>/dev/null
run wherry run want.wasm --stdio stderr -- out
expect_status 1
expect_err "wherry: warning: denied: write to stdout (give it whole with --stdio stdin,stdout,stderr)"
run wherry run want.wasm --stdio stdout -- in
expect_err "wherry: warning: denied: read stdin (give it whole with --stdio stdin,stdout,stderr)"
run bash -c 'wherry run want.wasm -- out >&-' # not ours to give
expect_err ""
run wherry run want.wasm --dir d --open-files-max 9 -- files
expect_status 0
expect_err "wherry: warning: denied: more than 9 open descriptors (raise it with --open-files-max N)"
run wherry run want.wasm --dir d -- files
expect_err "wherry: warning: denied: more than 960 open descriptors (no program can have more)"
run wherry run want.wasm --memory-max 1MiB -- memory
expect_status 1
expect_err_has "wherry: warning: denied: more than 1MiB of memory (raise it with --memory-max SIZE)"

# Where the image asks for less, that is to be changed; and what it asks for and is not given.
mkdir app && cp want.wasm app/main.wasm
cat >app/wherry.toml <<'TOML'
name = "app"
[permissions]
directories = [{ guest = "/d" }]
environment = ["TOKEN"]
stdio = ["stderr"]
[limits]
open-files = 8
TOML
wherry build app -t app:1 >/dev/null
run wherry run app:1 -- out
expect_err "wherry: warning: denied: write to stdout (to change that, take permissions.stdio out of wherry.toml and build again)"
run wherry run app:1 --dir d -- files
expect_err "wherry: warning: denied: more than 8 open descriptors (to change that, raise limits.open-files in wherry.toml and build again)"
cat >app/env.c <<'C'
#include <stdlib.h>
int main(void) { return getenv("TOKEN") ? 0 : 4; }
C
rm app/main.wasm && wherry build app -t app:2 >/dev/null
run wherry run app:2
expect_status 4
expect_err "wherry: warning: denied: environment variable TOKEN (grant it with --env TOKEN=VALUE)"
run wherry run app:2 --env TOKEN=x
expect_status 0
expect_err ""
