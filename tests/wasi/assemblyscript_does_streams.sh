#!/bin/bash
# A program of AssemblyScript, by its WASI shim, does arguments, environment, streams, clock and its exit code.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/npm.sh"
npm_install assemblyscript@0.28.9 @assemblyscript/wasi-shim@0.1.0
cp "$WHERRY_SOURCE/tests/wasi/programs/works.as.ts" main.ts
ln -s "$NODE_MODULES" node_modules
node node_modules/assemblyscript/bin/asc.js main.ts --config node_modules/@assemblyscript/wasi-shim/asconfig.json -O \
  -o app.wasm
STATUS=0
OUT=$(echo hello | wasi_runner --env KEY=value app.wasm a b) || STATUS=$?
expect_status 42
expect_out 'arguments: a,b
environment: value
input: hello
clock: true
random: true'
