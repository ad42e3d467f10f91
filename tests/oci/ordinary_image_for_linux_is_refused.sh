#!/bin/bash
# An ordinary image of another platform is refused by its config alone: no layer is fetched, nothing is kept.
source "$(dirname "$0")/lib.sh"
start_registry
tar czf layer.tgz --files-from /dev/null
make_image plain '{"architecture":"amd64","os":"linux","config":{"Cmd":["/bin/bash"]}}' layer.tgz
upload_image plain
run registry pull -v "$REGISTRY/plain:1"
expect_status 1
expect_err_has "pulling $REGISTRY/plain:1: is an ordinary image for linux/amd64 whose command '/bin/bash' is no .wasm file"
[[ $ERR != *$(digest_of layer.tgz)* ]] || fail "fetched the layer: $ERR"
expect_equal "$(find "$WHERRY_STORE/blobs" "$WHERRY_STORE/staging" -type f | wc -l)" 0
