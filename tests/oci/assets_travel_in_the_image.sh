#!/bin/bash
# Files named in wherry.toml travel as a layer of an ordinary image, and the program reads them, and cannot write,
# without any --dir; after a push and a pull as well. An operator's folder at the same place takes theirs.
source "$(dirname "$0")/lib.sh"
mkdir -p app/public
echo "from the image" >app/public/greeting
cat >app/main.c <<'C'
#include <errno.h>
#include <stdio.h>
#include <string.h>
int main(void) {
  char line[100] = "";
  FILE *file = fopen("/static/greeting", "r");
  if (!file || !fgets(line, sizeof line, file)) return 1;
  printf("%s", line);
  if (fopen("/static/greeting", "w")) return 2;
  puts(strerror(errno));
}
C
cat >app/wherry.toml <<'TOML'
assets = [{ path = "public", guest = "/static" }]
TOML
run wherry build app -t demo:1
expect_status 0
[[ $OUT == *", and 1 file as an ordinary image, "* ]] || fail "printed '$OUT'"
digest=$(sed 's/^built [^ ]* \([^ ]*\).*/\1/' <<<"$OUT")
run wherry run demo:1
expect_out "from the image
Read-only file system"

cp -r app "elsewhere with spaces"
touch -d 2001-01-01 elsewhere*/public/* elsewhere*/main.c
run env WHERRY_STORE=other bash -c 'umask 077; wherry build elsewhere* -t demo:1'
[[ $OUT == *"$digest"* ]] || fail "another digest on the second build: $OUT"

start_registry
run registry push demo:1 "$REGISTRY/demo:1"
expect_status 0
run env WHERRY_STORE="$WORK/third" wherry pull "$REGISTRY/demo:1" --as demo:1
expect_out "pulled demo:1 $digest"
run env WHERRY_STORE="$WORK/third" wherry run demo:1
expect_out "from the image
Read-only file system"
run wherry explain demo:1
[[ $OUT == *"directory /static"*"effective  read-only"*"the image brings it along"* ]] || fail "explained: $OUT"
run wherry inspect demo:1
[[ $OUT == *"brings        directory /static"* ]] || fail "inspected: $OUT"

mkdir mine
echo "from the operator" >mine/greeting
run wherry run --dir mine:/static:ro --grant-unrequested demo:1
[[ $OUT == "from the operator"* ]] || fail "printed '$OUT'; err: $ERR"
run wherry build app -t demo:2 --format artifact
expect_status 1
expect_err_has "image demo:2: the format artifact cannot hold files beside the module (use the format image)"
