#!/bin/bash
# Opening a pipe that nobody writes waits, as it does natively, but no longer than the guest's limit of time.
source "$(dirname "$0")/adversary.sh"
lay_out
for lookup in "" "$WHERRY_HOSTILE without openat2"; do
  run timeout 20 $lookup wherry run --timeout 300ms --dir granted:/granted adversary.wasm pipe
  expect_status 134
  expect_err_has "time limit of 300ms"
done
