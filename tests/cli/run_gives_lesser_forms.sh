# Streams that are closed, numbers that repeat, descriptors that are few.
source "$(dirname "$0")/../lib.sh"

cat >show.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
int main(int argc, char **argv) {
  unsigned char bytes[4];
  struct timespec now;
  getentropy(bytes, sizeof bytes);
  clock_gettime(CLOCK_MONOTONIC, &now);
  int files = 0;
  while (fopen("/d/f", "r")) files++;
  fprintf(stderr, "random %02x%02x%02x%02x coarse %d files %d out %d args %d\n", bytes[0], bytes[1], bytes[2],
          bytes[3], now.tv_nsec % 1000000 == 0, files, write(1, "x", 1) == 1, argc);
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt show.c -o show.wasm 2>/dev/null
mkdir d && touch d/f
run wherry run show.wasm --dir d --random-seed 7 --clock coarse --stdio stderr --open-files-max 9 -- a
expect_status 0
first=$ERR
[[ $first == *"coarse 1 files 5 out 0 args 2" ]] || fail "$first"
run wherry run show.wasm --dir d --random-seed 7 --clock coarse --stdio stderr --open-files-max 9 -- a
expect_err "$first"
run wherry run show.wasm --dir d --random-seed 8 --clock coarse --stdio stderr --open-files-max 9 -- a
[[ $ERR != "$first" ]] || fail "another seed gave the same"

# Arguments that it asks not to have, or must not have, are told when there are some.
mkdir app && cp show.wasm app/main.wasm
printf 'name = "app"\n[permissions]\narguments = false\n' >app/wherry.toml
wherry build app -t app:1 >/dev/null
run wherry run app:1 -- a b
[[ $ERR == *" args 1" ]] || fail "$ERR"
expect_err_has "denied: 2 arguments (give them with --grant-unrequested, or set permissions.arguments = true in"
run wherry run app:1
[[ $ERR == "random "*" args 1" ]] || fail "told without any: $ERR"
run wherry run app:1 --grant-unrequested -- a b
[[ $ERR == "random "*" args 3" ]] || fail "$ERR"
printf '[[rule]]\n[rule.cap]\narguments = false\n' >policy.toml
run wherry run show.wasm --policy policy.toml -- a
expect_err_has "denied: 1 argument (only who may write policy.toml:2 can change that)"
