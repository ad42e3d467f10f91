#!/bin/bash
# An upload that is cut goes on where the registry is, or begins anew where the registry has forgotten it.
source "$(dirname "$0")/lib.sh"
start_registry
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
size=$(size_of app.wasm)

# pushes RULE...: it arrives whole, whatever happens on the way.
pushes() {
  rm -rf "$TEST_DIR/registry/docker"
  start_proxy "$@"
  run registry push demo:1 "$PROXY/demo:1"
  expect_status 0
  expect_err_has "trying again in"
  run registry pull --store "pulled-$RANDOM$RANDOM" "$REGISTRY/demo:1" --as demo:1
  expect_status 0
}
pushes "PATCH /blobs/uploads/ 1 keep-upload=1000000"
expect_equal "$(requests "PATCH .* $((size - 1000000)) 1000000-$((size - 1)) 202")" 1
pushes "PATCH /blobs/uploads/ 1 cut-upload=1000000"
expect_equal "$(requests "PATCH .* $size 0-$((size - 1)) 202")" 1
pushes "PATCH /blobs/uploads/ 1 lose-answer"
pushes "PATCH /blobs/uploads/ 1 status=416"
pushes "PATCH /blobs/uploads/ 1 status=500"
pushes "PUT /blobs/uploads/ 2 lose-answer"
pushes "PUT /blobs/uploads/ 1 status=502"
pushes "POST /blobs/uploads/ 1 status=429,Retry-After:1"
pushes "PUT /manifests/ 1 lose-answer" "HEAD /blobs/ 1 status=504"
