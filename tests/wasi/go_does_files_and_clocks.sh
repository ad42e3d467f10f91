#!/bin/bash
# A program of Go's wasip1 port starts and does arguments, environment, files, clocks and its exit code.
source "$(dirname "$0")/../lib.sh"
GO=
for compiler in go /usr/lib/go-1.2{1,2,3,4}/bin/go; do
  "$compiler" tool dist list 2>/dev/null | grep -qx wasip1/wasm && GO=$compiler
done
[[ $GO ]] || skip "no go for wasip1/wasm (apt-get install golang-1.23-go from bookworm-backports)"
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
