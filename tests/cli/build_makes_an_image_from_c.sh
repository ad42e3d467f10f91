#!/usr/bin/env bash
# C source becomes an image in the store, named in one line.
source "$(dirname "$0")/../lib.sh"

run wherry-build "$WHERRY_SOURCE/examples/primorial" -t primorial:1
expect_status 0
expect_err ""
[[ $OUT =~ ^built\ primorial:1\ sha256:([0-9a-f]{64})\ \([0-9]+\ KB,\ [0-9]+\.[0-9]\ s\)$ ]] || fail "printed '$OUT'"

manifest="$WHERRY_STORE/blobs/sha256/${BASH_REMATCH[1]}"
layer=$(jq -r '.layers[0].digest' "$manifest")
module="$WHERRY_STORE/blobs/sha256/${layer#sha256:}"
wasm-validate "$module"
# Functions keep their names, for traps.
[[ $(wasm-objdump -x "$module") == *"<primorial_text>"* ]] || fail "the module has no names"
