#!/usr/bin/env bash
# A module that is ready is recognised by its content, whatever it is called, and stored byte for byte.
source "$(dirname "$0")/../lib.sh"

mkdir app
wat app/program <<<'(module (func (export "_start")))'
run wherry-build app -t app
expect_status 0
[[ $OUT == "built app:latest sha256:"* ]] || fail "printed '$OUT'"
digest=$(sha256sum app/program | cut -d' ' -f1)
cmp app/program "$WHERRY_STORE/blobs/sha256/$digest"

printf 'MZ' >app/program
mv app/program app/program.wasm
before=$(tree_digest "$WHERRY_STORE")
run wherry-build app -t app
expect_status 1
expect_err "wherry: error: app: nothing to build: 'program.wasm' is named like a ready module, but its content is not"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before" "the store changed"
