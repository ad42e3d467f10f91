#!/bin/bash
# --sandbox cgroup: a run has a cgroup of its own with its limits, which is gone when the run is, whatever it ended by.
source "$(dirname "$0")/../lib.sh"
state=$(wherry doctor --json | jq -r '.findings[] | select(.name == "cgroup" and .group == "sandbox") | .state')
cat >sleeps.c <<'C'
#include <unistd.h>
int main(void) { sleep(60); }
C
clang-22 --target=wasm32-wasi -O1 --no-wasm-opt sleeps.c -o sleeps.wasm 2>/dev/null
wat app.wasm <<<'(module (func (export "_start")))'
wherry compile sleeps.wasm >/dev/null
if [[ $state != ok ]]; then
  run wherry run --sandbox cgroup app.wasm
  expect_status 125
  expect_err_has "--sandbox cgroup: "
  skip "no cgroup can be made here: $ERR"
fi

folder_of() { find /sys/fs/cgroup -type d -name "wherry-$1"; }
has_folder() { [[ $(folder_of "$1") ]]; }
has_none() { ! has_folder "$1"; }
sleeping() {
  start log wherry run --sandbox cgroup --memory-max 64MiB --stack-max 1MiB sleeps.wasm
  wait_for 20 has_folder "$PID"
  # The remover is told last; it is our child.
  REMOVER=$(pgrep -P "$PID")
}

sleeping
memory=$(find /sys/fs/cgroup -path "*/wherry-$PID/memory.*" \( -name memory.limit_in_bytes -o -name memory.max \))
expect_equal "$(cat "$memory")" $(((64 + 1 + 256) << 20))
expect_equal "$(cat "$(find /sys/fs/cgroup -path "*/wherry-$PID/pids.max")")" 33
kill -9 "$PID"
wait_for 10 has_none "$PID"

# Both killed: what is left goes when the next one is made.
sleeping
kill -9 "$REMOVER" && kill -9 "$PID"
wait "$PID" 2>/dev/null || true
has_folder "$PID" || fail "who removed it?"
left=$PID
run wherry run --sandbox cgroup app.wasm
expect_status 0
wait_for 10 has_none "$left"

# Nothing of a run is left in a pipe that somebody reads to its end.
expect_equal "$(timeout 10 wherry run --sandbox cgroup sleeps.wasm --timeout 100ms 2>/dev/null || echo "$?")" 134
