#!/bin/bash
# A download that is cut is taken up where it broke off; a registry that knows no ranges sends it again.
source "$(dirname "$0")/lib.sh"
start_registry
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
blob=$(digest_of app.wasm)
run registry push demo:1 "$REGISTRY/demo:1"
expect_status 0

start_proxy "GET /blobs/$blob 1 cut=1000000" "GET /blobs/$blob 1 cut=500000" "GET /blobs/$blob 1 status=503,Retry-After:1"
run registry pull --store whole "$PROXY/demo:1" --as demo:1
expect_status 0
expect_err_has "trying again in"
expect_equal "$(requests "GET .*$blob .* bytes=1000000- ")" 1
expect_equal "$(requests "GET .*$blob .* bytes=1500000- ")" 2
expect_equal "$(tree_digest whole/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"

start_proxy "GET /blobs/$blob 1 cut=1000000" "GET /blobs/$blob * no-ranges"
run registry pull --store again "$PROXY/demo:1" --as demo:1
expect_status 0
expect_equal "$(tree_digest again/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"
