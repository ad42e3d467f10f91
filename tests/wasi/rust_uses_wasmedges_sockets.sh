#!/bin/bash
# A Rust program that declares WasmEdge's functions for sockets, as its crate does, is given them by their types.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/wasi/rust.sh"
build_rust "$WHERRY_SOURCE/tests/wasi/programs/wasmedge.rs" app.wasm
loopback=(--listen 'tcp://127.0.0.1:*' --listen 'udp://127.0.0.1:*' --connect 'tcp://127.0.0.1:*' --connect 'udp://127.0.0.1:*')

run wasi_runner -v "${loopback[@]}" --connect tcp://localhost:80 app.wasm
expect_status 0
expect_out 'over a stream
as a datagram from [1, 0], true
localhost: 1 [0, 80, 127, 0, 0, 1]'

run wasi_runner -v "${loopback[@]:0:4}" app.wasm
expect_status 1
[[ $ERR == "denied: connect to tcp://127.0.0.1:"*"; grant it with --connect tcp://127.0.0.1:"* ]] || fail "said '$ERR'"
