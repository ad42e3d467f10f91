#!/usr/bin/env bash
# WebAssembly text becomes an image; --store puts it elsewhere than $WHERRY_STORE.
source "$(dirname "$0")/../lib.sh"

run wherry-build "$WHERRY_SOURCE/examples/hello-wat" -t hello:1 --store elsewhere
expect_status 0
[[ $OUT == "built hello:1 sha256:"* ]] || fail "printed '$OUT'"
[[ -f elsewhere/oci-layout ]] || fail "no store in elsewhere"
[[ ! -e $WHERRY_STORE ]] || fail "the default store was touched"
