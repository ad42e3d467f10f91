#!/bin/bash
# A registry that is not running: push and pull say so, and the store stays as it was.
source "$(dirname "$0")/lib.sh"
add_image demo:1 >/dev/null
before=$(tree_digest "$WHERRY_STORE")
address=127.0.0.1:$(free_port)
for words in "push demo:1 $address/demo:1" "pull $address/demo:1"; do
  run registry $words
  expect_status 1
  expect_err_has "$address/demo:1: $address: connection refused (is the registry running"
done
run registry pull host.invalid/demo:1
expect_status 1
expect_err_has "host.invalid: no such host"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before"
