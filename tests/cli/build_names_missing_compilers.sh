#!/usr/bin/env bash
# Without a compiler, the error names the packages that bring it.
source "$(dirname "$0")/../lib.sh"

build=$(command -v wherry-build)
mkdir empty c text
echo 'int main(void) { return 0; }' >c/main.c
echo '(module)' >text/app.wat

# Only the program itself gets the empty PATH.
run env PATH="$PWD/empty" "$build" c -t c:1
expect_status 1
expect_err "wherry: error: no clang is in PATH, which compiles C (apt install clang-22 lld-22 libclang-rt-22-dev-wasm32 wasi-libc)"

run env PATH="$PWD/empty" "$build" text -t text:1
expect_status 1
expect_err "wherry: error: wat2wasm, which translates WebAssembly text, is not in PATH (apt install wabt)"

# A clang that has no libraries for WebAssembly is not enough, and the error says what it lacks.
printf '#!/bin/sh\necho libgone.a\n' >empty/clang-15
chmod +x empty/clang-15
run env PATH="$PWD/empty" "$build" c -t c:1
expect_status 1
expect_err "wherry: error: no clang in PATH can make WebAssembly: clang-15 lacks lld-15 libclang-rt-15-dev-wasm32 wasi-libc (apt install clang-22 lld-22 libclang-rt-22-dev-wasm32 wasi-libc)"
[[ ! -e $WHERRY_STORE ]] || fail "a store was made"
