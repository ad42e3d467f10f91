#!/bin/bash
# Pushing, pulling and copying a blob of 200 MiB takes less than 64 MiB of memory.
source "$(dirname "$0")/lib.sh"
[[ -x /usr/bin/time ]] || skip "needs GNU time"
start_registry
# The header, and one custom section: its length, a name of one byte, and a hole of zeros.
printf '\0asm\1\0\0\0\0\xf3\xff\xff\x63\1z' >app.wasm
truncate -s 209715200 app.wasm
store_tool add demo:1 app.wasm >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)

# measured VERB ARGUMENTS...: its largest resident set must stay below the limit.
measured() {
  run /usr/bin/time -f 'KiB=%M' wherry-registry "$@"
  expect_status 0
  kib=${ERR##*KiB=}
  ((kib < 64 * 1024)) || fail "$1 took $kib KiB"
}
measured push demo:1 "$REGISTRY/demo:1"
expect_out "pushed $REGISTRY/demo:1 $digest"
measured pull --store pulled "$REGISTRY/demo:1"
expect_out "pulled $REGISTRY/demo:1 $digest"
measured copy "$REGISTRY/demo:1" "${REGISTRY/127.0.0.1/localhost}/copy:1"
expect_out "copied ${REGISTRY/127.0.0.1/localhost}/copy:1 $digest"
