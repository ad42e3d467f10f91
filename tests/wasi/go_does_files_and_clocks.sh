#!/bin/bash
# A program of Go's wasip1 port starts and does arguments, environment, files, clocks and its exit code.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/debian.sh"
if go tool dist list 2>/dev/null | grep -qx wasip1/wasm; then
  GO=go
else  # Debian 12's own is too old
  debian_unpack bookworm-backports golang-1.23-go golang-1.23-src
  export GOROOT=$DEBIAN_ROOT/usr/lib/go-1.23
  GO=$GOROOT/bin/go
fi
export GOCACHE=$WHERRY_REALWORLD/go-cache
cp "$WHERRY_SOURCE/tests/wasi/programs/works.go" .
GO111MODULE=off GOOS=wasip1 GOARCH=wasm "$GO" build -ldflags='-s -w' -o app.wasm works.go
mkdir data

run wasi_runner --env KEY=value --dir data:/data app.wasm /data
expect_status 42
expect_out 'arguments: [/data]
environment: [KEY=value]
input: EOF
files: one two 1 moved.txt
missing: true
clocks: true'

run wasi_runner app.wasm
expect_status 42
expect_out 'arguments: []
environment: []
input: EOF
clocks: true'
