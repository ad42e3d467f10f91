#!/usr/bin/env bash
# A folder that is missing, empty or a file; a wrong command line; help.
source "$(dirname "$0")/../lib.sh"

run wherry-build missing -t a:1
expect_status 1
expect_err "wherry: error: missing: no such file or directory"

mkdir empty
run wherry-build empty -t a:1
expect_status 1
expect_err "wherry: error: empty: nothing to build (known: *.c (C), *.wat (WebAssembly text), *.wasm (a ready module))"

touch file
run wherry-build file -t a:1
expect_status 1
expect_err "wherry: error: file: is no folder (give the folder that holds the source)"

run wherry-build
expect_status 2
expect_err "wherry: error: DIR is required (see wherry build --help)"
run wherry-build empty --no-such-flag
expect_status 2

run wherry-build --help
expect_status 0
[[ $OUT == *"wherry build [OPTIONS] DIR"* ]] || fail "printed '$OUT'"
