#!/bin/bash
# Pushing, pulling, saving, loading and copying a blob of 200 MiB takes less than 64 MiB of memory.
source "$(dirname "$0")/lib.sh"
[[ -x /usr/bin/time ]] || skip "needs GNU time"
start_registry
# The header, and one custom section: its length, a name of one byte, and a hole of zeros; but for some of it, since
# what is packed too well is taken for a bomb.
printf '\0asm\1\0\0\0\0\xf3\xff\xff\x63\1z' >app.wasm
truncate -s 209715200 app.wasm
dd if=/dev/urandom of=app.wasm bs=1M count=8 seek=50 conv=notrunc status=none
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
measured save demo:1 -o oci.tar
measured load --store loaded -i oci.tar
expect_out "loaded demo:1 $digest"
measured push demo:1 "$REGISTRY/image:1" --format image
measured pull --store ordinary "$REGISTRY/image:1" --as image:1
measured save --store ordinary --format docker image:1 -o docker.tar
measured load --store unpacked -i docker.tar
measured copy "$REGISTRY/demo:1" "${REGISTRY/127.0.0.1/localhost}/copy:1"
expect_out "copied ${REGISTRY/127.0.0.1/localhost}/copy:1 $digest"
