#!/bin/bash
# A C++ program with libc++ (containers, streams, smart pointers) does its work.
source "$(dirname "$0")/../lib.sh"
[[ -e /usr/lib/wasm32-wasi/libc++.a ]] || skip "no libc++ for WASI (apt-get install libc++-22-dev-wasm32 libc++abi-22-dev-wasm32)"
clang++-22 --target=wasm32-wasi -w -O1 -std=c++20 -fno-exceptions "$WHERRY_SOURCE/tests/wasi/programs/works.cc" -o app.wasm
mkdir data
echo "b a b" >input
STATUS=0
OUT=$(wasi_runner --dir data:/data app.wasm /data <input) || STATUS=$?
expect_status 42
expect_out 'made before main
a 1
b 2
one two
500500'
