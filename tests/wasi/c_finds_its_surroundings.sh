#!/bin/bash
# A program of clang and wasi-libc finds its arguments, environment, streams, clocks and random numbers, and its exit
# code arrives; with none at all of the first two as well.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/wasi/programs/surroundings.c" -o app.wasm

run wasi_runner --env A=1 --env 'B=two words' app.wasm first 'the second'
expect_status 3
expect_out 'arguments: [first] [the second]
environment: [A=1] [B=two words]
input: none
random: 1
clocks: 1
terminal: 0'
expect_err 'on standard error'

run wasi_runner app.wasm
expect_status 1
[[ $OUT == $'arguments:\nenvironment:\ninput: none\n'* ]] || fail "printed '$OUT'"

echo hello | wasi_runner app.wasm >out 2>/dev/null && fail "the exit code got lost"
grep -qx 'input: hello' out || fail "standard input got lost: $(cat out)"
