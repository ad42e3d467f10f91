#!/bin/bash
# A program of Rust's std starts and does arguments, environment, files, clocks and its exit code.
source "$(dirname "$0")/../lib.sh"
# A rustup toolchain comes first where it has the target; Debian's is in /usr/bin.
RUSTC= TARGET=
for compiler in rustc /usr/bin/rustc; do
  for target in wasm32-wasip1 wasm32-wasi; do
    libraries=$("$compiler" --print target-libdir --target $target 2>/dev/null) || continue
    if [[ -z $RUSTC && -d $libraries ]]; then RUSTC=$compiler TARGET=$target; fi
  done
done
[[ $RUSTC ]] || skip "no rustc for wasm32-wasi (apt-get install rustc libstd-rust-dev-wasm32)"
"$RUSTC" --target $TARGET --edition 2021 -O "$WHERRY_SOURCE/tests/wasi/programs/works.rs" -o app.wasm
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
