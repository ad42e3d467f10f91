#!/bin/bash
# A program of Rust's std starts and does arguments, environment, files, clocks and its exit code.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/wasi/rust.sh"
build_rust "$WHERRY_SOURCE/tests/wasi/programs/works.rs" app.wasm
mkdir data

run wasi_runner --env KEY=value --dir data:/data app.wasm /data
expect_status 42
expect_out 'arguments: ["/data"]
environment: [("KEY", "value")]
input: None
files: two,three, ["moved.txt"] 14
missing: NotFound
clocks: true
map: 2'

run wasi_runner app.wasm
expect_status 42
expect_out 'arguments: []
environment: []
input: None
clocks: true
map: 2'
