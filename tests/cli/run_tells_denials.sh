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
