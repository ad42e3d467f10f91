#!/bin/bash
# load makes an image of a plain .wasm file, the same one each time, from a file and from standard input.
source "$(dirname "$0")/lib.sh"
printf '\0asm\1\0\0\0' >app.wasm
run registry load -i app.wasm
expect_status 1
expect_err_has "--as NAME:TAG"
run registry load -i app.wasm --as team/demo:1
expect_status 0
[[ $OUT == "loaded team/demo:1 sha256:"* ]] || fail "printed $OUT"
first=$OUT
export WHERRY_STORE=$TEST_DIR/other
registry load --as team/demo:1 <app.wasm >out
expect_equal "$(cat out)" "$first"
run store_tool find team/demo:1
expect_status 0
# A component begins like one.
printf '\0asm\r\0\1\0' >component.wasm
run registry load -i component.wasm --as component:1
expect_status 1
expect_err_has "is a component"
printf '\0as' >short.wasm
run registry load -i short.wasm --as short:1
expect_status 1
expect_err_has "it is no tar archive"
