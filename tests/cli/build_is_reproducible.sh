#!/usr/bin/env bash
# The same source gives the same digest: a second time, from another folder, under another name of the folder, and
# into another store.
source "$(dirname "$0")/../lib.sh"

digest_of() { grep -o 'sha256:[0-9a-f]*' <<<"$OUT"; }

mkdir -p here/src
cat >here/main.c <<'EOF'
#include <stdio.h>
const char *place(void);
int main(void) { printf("%s %s %s %s\n", __FILE__, __DATE__, __TIME__, place()); }
EOF
echo 'const char *place(void) { return __FILE__; }' >here/src/place.c
printf '[build]\nflags = ["-g"]\n' >here/wherry.toml

run wherry-build here -t a:1
expect_status 0
first=$(digest_of)
run wherry-build ./here/ -t a:1
expect_equal "$(digest_of)" "$first" "second build"

mkdir -p deep/er
cp -r here "deep/er/other name"
sleep 1.1
TMPDIR=$PWD/deep run wherry-build "deep/er/other name" -t a:1 --store other-store
expect_equal "$(digest_of)" "$first" "build in another folder"
cd deep/er/"other name"
run wherry-build . -t a:1
expect_equal "$(digest_of)" "$first" "build of the current folder"
[[ -z $(ls -d ../../wherry-build-* 2>/dev/null) ]] || fail "temporary folders were left"
