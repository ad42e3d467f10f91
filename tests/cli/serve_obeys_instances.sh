# A limit on instances holds whatever --threads says: with one at once, none meets another.
source "$(dirname "$0")/../lib.sh"

cat >alone.c <<'C'
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  const int alone = open("/d/here", O_CREAT | O_EXCL | O_WRONLY, 0644);
  usleep(300000);
  if (alone >= 0) unlink("/d/here");
  printf("Content-Type: text/plain\n\n%s", alone >= 0 ? "alone " : "met ");
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt alone.c -o alone.wasm 2>/dev/null
mkdir d
printf '[[rule]]\n[rule.grant]\nlimits = { instances = 1 }\n' >policy.toml
answers() {
  start_serve ./alone.wasm --threads 3 --dir d:/d "$@"
  curl -fsS --parallel --parallel-immediate "$URL" "$URL" "$URL" 2>/dev/null
  kill "$PID" && wait "$PID" 2>/dev/null || true
}
[[ $(answers) == *met* ]] || fail "three threads never ran two at once"
expect_equal "$(answers --policy policy.toml)" "alone alone alone "
expect_equal "$(answers --instances-max 1)" "alone alone alone "
