# --record writes the smallest policy that a run needed, and the next run needs no other flag.
source "$(dirname "$0")/../lib.sh"

cat >copy.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  char line[80] = "";
  FILE *in = fopen("/in/f", "r"), *out = fopen("/out/f", "w");
  if (!in || !out) return 1;
  fgets(line, sizeof line, in);
  fprintf(out, "%s%s", line, getenv("NAME"));
  return 0;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt copy.c -o copy.wasm 2>/dev/null
mkdir in out unused && echo text >in/f
export NAME=value
run wherry run copy.wasm --dir in:/in --dir out:/out --dir unused:/unused --env NAME --record policy.toml
expect_status 0
expect_equal "$(cat policy.toml)" "# What one run of it needed.
[[rule]]
file = \"$WORK/copy.wasm\"

[rule.grant]
directories = [
  { host = \"$WORK/in\", guest = \"/in\", access = \"read-only\" },
  { host = \"$WORK/out\", guest = \"/out\", access = [\"write\", \"create\"] },
]
environment = [\"NAME\"]
clock = \"coarse\"
stdio = []"
rm out/f
run wherry run copy.wasm --policy policy.toml
expect_status 0
expect_equal "$(cat out/f)" "text
value"
# What it did not need it has not got.
run wherry explain copy.wasm --policy policy.toml --json
expect_equal "$(jq -r '.permissions[] | select(.resource == "stdio") | .granted + "; " + .effective' <<<"$OUT")" \
  "none, by policy.toml:12; none"
run wherry explain copy.wasm --policy policy.toml --stdio stdout --json -- word
expect_equal "$(jq -r '.permissions[] | select(.resource == "stdio") | .effective' <<<"$OUT")" stdout
# As a request, which is not written over.
run wherry run copy.wasm --policy policy.toml --record wherry.toml
expect_status 0
grep -q '^\[permissions\]' wherry.toml && grep -q '{ guest = "/in", access = "read-only" }' wherry.toml ||
  fail "$(cat wherry.toml)"
run wherry run copy.wasm --policy policy.toml --record wherry.toml
[[ $STATUS != 0 ]] || fail "a wherry.toml was written over"
