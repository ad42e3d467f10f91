#!/bin/bash
# A program of clang and wasi-libc makes, reads, moves, links, lists and removes files in its folder.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/wasi/programs/files.c" -o app.wasm
mkdir data

run wasi_runner --dir data:/data app.wasm /data
expect_out 'all is well'
expect_status 0
expect_equal "$(ls data)" hard
expect_equal "$(cat data/hard)" line
