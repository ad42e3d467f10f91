#!/bin/bash
# No space for an image, built or pulled: the reason is said, and the store is as it was, without leavings.
source "$(dirname "$0")/lib.sh"
start_registry
export WHERRY_STORE=$WORK/small
mkdir "$WHERRY_STORE"
mount -t tmpfs -o size=64k,mode=755 tmpfs "$WHERRY_STORE" 2>/dev/null || skip "may not mount"
MOUNTED+=("$WHERRY_STORE")
add_image kept:1 >/dev/null
before=$(tree_digest "$WHERRY_STORE")

{ echo '(module (memory 2) (data (i32.const 0) "'; head -c 100000 /dev/zero | tr '\0' x; echo '"))'; } | tr -d '\n' | wat large.wasm
run store_tool add large:1 large.wasm
expect_status 1
expect_err_has "no space left on device"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before"

"$IMAGE_STORE_TOOL" "$WORK/roomy" add large:1 large.wasm >/dev/null
registry push -q --store "$WORK/roomy" large:1 "$REGISTRY/large:1"
run registry pull "$REGISTRY/large:1"
expect_status 1
expect_err_has "pulling $REGISTRY/large:1: "
expect_err_has "no space left on device"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before"
run store_tool find kept:1
expect_status 0
