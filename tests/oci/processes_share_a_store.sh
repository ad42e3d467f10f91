#!/bin/bash
# Several processes add, pull and remove in one store at once; every image that is there in the end is whole.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
registry push -q demo:1 "$REGISTRY/demo:1"
worker() {
  local i
  for i in 1 2 3 4 5; do
    registry pull -q "$REGISTRY/demo:1" --as "pulled-$1:$i"
    store_tool add "added-$1:$i" app.wasm >/dev/null
    store_tool remove "pulled-$1:$i"
  done
}
pids=()
for number in 1 2 3 4; do
  worker $number &
  pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || fail "a worker failed"; done
run store_tool list
expect_status 0
expect_equal "$(wc -l <<<"$OUT")" 21
expect_equal "$(grep -c '/blobs/sha256/' <<<"$OUT")" 21 "whole images"
expect_equal "$(ls "$WHERRY_STORE/staging" | wc -l)" 0
