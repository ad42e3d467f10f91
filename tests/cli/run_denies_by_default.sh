# A program opens only what it was granted, and is told which grant is missing.
source "$(dirname "$0")/../lib.sh"

cat >cat.c <<'EOF'
#include <errno.h>
#include <stdio.h>
#include <string.h>
int main(int argc, char **argv) {
  FILE *file = fopen(argv[1], argv[2]);
  if (!file) { printf("refused: %s\n", strerror(errno)); return 1; }
  char line[80];
  if (argv[2][0] == 'w') fputs("written", file);
  else if (fgets(line, sizeof line, file)) printf("%s", line);
  return fclose(file);
}
EOF
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt cat.c -o cat.wasm 2>/dev/null
mkdir data && echo inside >data/a.txt && echo secret >outside.txt && ln -s ../outside.txt data/link

run wherry run cat.wasm -- /data/a.txt r
expect_status 1
[[ $OUT == refused:* ]] || fail "not refused: $OUT"
expect_err "wherry: warning: denied: open /data/a.txt for reading (grant it with --dir HOST:/data:ro)"
run wherry run cat.wasm --dir data:/elsewhere -- /data/new.txt w
expect_out "refused: No such file or directory"
expect_err "wherry: warning: denied: open /data/new.txt for writing (grant it with --dir HOST:/data:write+create)"

run wherry run cat.wasm --dir data:/data:ro -- /data/a.txt r
expect_status 0
expect_out inside
run wherry run cat.wasm --dir data -- data/a.txt r
expect_status 0
expect_out inside

# Read-only is read-only, and a folder's outside stays outside.
run wherry run -v cat.wasm --dir data:/data:ro -- /data/new.txt w
expect_status 1
[[ ! -e data/new.txt ]] || fail "a read-only folder was written to"
expect_err_has "denied: "
for path in /data/../outside.txt /data/link; do
  run wherry run cat.wasm --dir data:/data -- $path r
  expect_status 1
  [[ $OUT == refused:* ]] || fail "$path was opened: $OUT"
done
run wherry run cat.wasm --dir data:/data -- /data/new.txt w
expect_status 0
expect_equal "$(cat data/new.txt)" written
