# /etc/wherry/policy.toml counts for everybody, beside the user's own and --policy, and must be root's alone.
source "$(dirname "$0")/../lib.sh"

if unshare -m true 2>/dev/null; then
  namespace=(unshare -m)
elif unshare -rm true 2>/dev/null; then
  namespace=(unshare -rm)
else
  skip "no mount namespace may be made here"
fi
cat >cat.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  FILE *file = fopen(argv[1], argv[2]);
  printf("%s %s\n", file ? "opened" : "refused", getenv("MODE") ? getenv("MODE") : "none");
  return 0;
}
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt cat.c -o cat.wasm 2>/dev/null
wherry compile cat.wasm >/dev/null
mkdir -p etc/wherry data "$HOME/.config/wherry" && touch data/f
machine=etc/wherry/policy.toml
cat >"$machine" <<TOML
[[rule]]
[rule.grant]
environment = [{ name = "MODE", value = "machine" }]
limits = { stack = "1MiB" }
[rule.cap]
directories = [{ host = "$WORK", access = "read-only" }]
limits = { memory = "64MiB" }
TOML
# The command with an /etc that holds nothing but the file.
on_machine() { "${namespace[@]}" bash -c 'mount --bind "$0" /etc && exec "$@"' "$WORK/etc" "$@"; }

run on_machine wherry run cat.wasm --dir data /data/f r
expect_out "opened machine"
run on_machine wherry run cat.wasm --dir data /data/f a
expect_out "refused machine"
expect_err_has "warning: directory /data: /etc/wherry/policy.toml:5 allows read-only (only who may write"

# The user's stands in front of the machine's grants and within its caps; so does one that is named.
cat >policy.toml <<TOML
[[rule]]
[rule.grant]
environment = [{ name = "MODE", value = "user" }]
directories = [{ host = "$WORK/data", guest = "/data", access = "read-write" }]
limits = { memory = "1GiB" }
TOML
cp policy.toml "$HOME/.config/wherry/policy.toml"
run on_machine wherry run cat.wasm /data/f a
expect_out "refused user"
expect_err_has "warning: limit memory: /etc/wherry/policy.toml:5 allows 64MiB"
rm "$HOME/.config/wherry/policy.toml"
run on_machine wherry run cat.wasm --policy policy.toml /data/f a
expect_out "refused user"
run on_machine wherry explain cat.wasm --policy policy.toml
[[ $OUT == *"limit stack"*"1MiB, by /etc/wherry/policy.toml:4"*"limit open-files"*"960, by default"* ]] || fail "$OUT"

chmod g+w "$machine"
run on_machine wherry run cat.wasm /data/f r
expect_status 126
expect_err_has "policy file: /etc/wherry/policy.toml can be written by others"
chmod g-w "$machine"
if [[ ${namespace[1]} == -m ]]; then
  chown 1 "$machine"
  run on_machine wherry run cat.wasm /data/f r
  expect_status 126
  expect_err_has "policy file: /etc/wherry/policy.toml belongs to user 1, who could grant anything (chown it to root)"
fi
