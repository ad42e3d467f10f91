#!/bin/bash
# A guest that writes to a pipe which nobody reads gets an error and lives on: no signal ends it.
source "$(dirname "$0")/../lib.sh"
cat >app.c <<'EOF'
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  char block[4096];
  memset(block, 'x', sizeof block);
  while (write(1, block, sizeof block) > 0) continue;
  fprintf(stderr, "%s", errno == EPIPE ? "broken pipe" : strerror(errno));
  return 7;
}
EOF
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 app.c -o app.wasm
{ wasi_runner app.wasm 2>err || echo $? >status; } | head -c 1 >/dev/null
expect_equal "$(cat status)" 7
expect_equal "$(cat err)" 'broken pipe'
