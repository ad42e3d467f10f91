#!/bin/bash
# A folder granted with :ro reads well and answers writes as a read-only file system; the host is told the flag.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/wasi/programs/read.c" -o app.wasm
mkdir data
echo -n text >data/file

run wasi_runner -v --dir data:/data:ro app.wasm /data/file +/data/file +/data/new
expect_status 0
expect_out '/data/file: text
+/data/file: Read-only file system
+/data/new: Read-only file system'
expect_err_has 'denied: create /data/new for writing; grant it with --dir data:/data:read+create'
expect_equal "$(ls data; cat data/file)" $'file\ntext'
