#!/bin/bash
# What another repository of the registry has is mounted from there, and not sent; where that fails it is sent.
source "$(dirname "$0")/lib.sh"
start_registry
start_proxy
large_module app.wasm 2000000
store_tool add "$PROXY/team/one:1" app.wasm >/dev/null
run registry push "$PROXY/team/one:1"
expect_status 0

: >"$PROXY_LOG"
run registry push "$PROXY/team/one:1" "$PROXY/team/two:1"
expect_status 0
expect_err_has "mounted"
expect_equal "$(requests '^(PATCH|PUT .*/blobs/)')" 0
run registry pull --store whole "$PROXY/team/two:1"
expect_status 0

rm -rf "$TEST_DIR/registry/docker/registry/v2/repositories/team/one"
run registry push "$PROXY/team/one:1" "$PROXY/team/three:1"
expect_status 0
expect_err_has "uploaded"
run registry pull --store third "$PROXY/team/three:1"
expect_status 0
