# Policy files grant and cap by application; who may write them is checked.
source "$(dirname "$0")/../lib.sh"

cat >cat.c <<'C'
#include <stdio.h>
int main(int argc, char **argv) {
  FILE *file = fopen(argv[1], argv[2]);
  puts(file ? "opened" : "refused");
  return !file;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt cat.c -o cat.wasm 2>/dev/null
mkdir -p data home && echo x >data/f
cat >policy.toml <<TOML
[[rule]]
file = "$WORK/*.wasm"
[rule.grant]
directories = [{ host = "$WORK/data", guest = "/data" }]
TOML
run wherry run cat.wasm /data/f r --policy policy.toml
expect_out opened
run wherry run cat.wasm /data/f w --policy policy.toml
expect_out refused
# Flags stand in front of it.
run wherry run cat.wasm /data/f a --policy policy.toml --dir data
expect_out opened

# The user's own counts by itself, and a cap holds whatever the flags grant.
mkdir -p "$HOME/.config/wherry"
printf '[[rule]]\n[rule.cap]\ndirectories = [{ host = "%s", access = "read-only" }]\n' "$WORK" \
  >"$HOME/.config/wherry/policy.toml"
run wherry run cat.wasm /data/f a --dir data
expect_status 1
expect_err_has "wherry: warning: directory /data: $HOME/.config/wherry/policy.toml:2 allows read-only"
run wherry explain cat.wasm --dir /etc --json
[[ $OUT == *'"verdict": "capped"'* ]] || fail "not capped: $OUT"

chmod go+w "$HOME/.config/wherry/policy.toml"
run wherry run cat.wasm /data/f r
expect_status 126
expect_err_has "policy file: $HOME/.config/wherry/policy.toml can be written by others (chmod go-w it)"
run wherry run cat.wasm /data/f r --policy none.toml
expect_status 125
expect_err_has "policy file none.toml"
echo 'rule = 1' >bad.toml
run wherry run cat.wasm /data/f r --policy bad.toml
expect_status 126
expect_err_has "bad.toml:1: 'rule' is a whole number"
