# Arguments and variables reach the program in order; none of either is fine too.
source "$(dirname "$0")/../lib.sh"

cat >show.c <<'EOF'
#include <stdio.h>
extern char **environ;
int main(int argc, char **argv) {
  printf("%d", argc - 1);
  for (int i = 1; i < argc; i++) printf(" <%s>", argv[i]);
  for (char **entry = environ; *entry; entry++) printf(" {%s}", *entry);
  printf("\n");
}
EOF
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt show.c -o show.wasm 2>"$TEST_DIR/clang" || fail "$(cat "$TEST_DIR/clang")"

run wherry run show.wasm
expect_status 0
expect_out "0"

MINE=own run wherry run --env A=1 --env B= --env MINE show.wasm --arg=--first --arg 'x y' -- --dir -v
expect_status 0
expect_out "4 <--first> <x y> <--dir> <-v> {A=1} {B=} {MINE=own}"

run wherry run show.wasm --env NOT_SET_ANYWHERE
expect_status 125
expect_err_has "NOT_SET_ANYWHERE"
