#!/bin/bash
# An image that is there already costs one HEAD, and what was changed in the registry is seen by it.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
run registry push demo:1 "$REGISTRY/demo:1"
expect_status 0
start_proxy
run registry pull --store empty "$PROXY/demo:1"
expect_status 0
expect_equal "$(requests '^GET .*/(blobs|manifests/1)')" 3 "the first pull"

: >"$PROXY_LOG"
run registry pull --store empty "$PROXY/demo:1"
expect_status 0
expect_out "pulled $PROXY/demo:1 $(store_tool find demo:1 | cut -d' ' -f2)"
expect_equal "$(requests .)" 1
expect_equal "$(requests '^HEAD /v2/demo/manifests/1 ')" 1

add_image demo:2 7 >/dev/null
run registry push demo:2 "$REGISTRY/demo:1"
expect_status 0
run registry pull --store empty "$PROXY/demo:1"
expect_status 0
expect_out "pulled $PROXY/demo:1 $(store_tool find demo:2 | cut -d' ' -f2)"
