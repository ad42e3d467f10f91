#!/bin/bash
# A module that wants what Wherry does not offer is told of all of it at once: whose it is, and what to do.
source "$(dirname "$0")/../lib.sh"
wat app.wasm <<'EOF'
(module
  (import "wasi:cli/environment@0.2.0" "get-environment" (func (param i32)))
  (import "env" "fd_write" (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_seek" (func (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
  (func (export "_start")))
EOF
run wherry run app.wasm
expect_status 126
expect_err 'wherry: error: app.wasm: it imports what is not offered, 3 in all:
  wasi:cli/environment@0.2.0: get-environment: WASI 0.2.0, which is for components; build it for WASI preview 1 (clang --target=wasm32-wasip1, rustc --target wasm32-wasip1, GOOS=wasip1)
  env: fd_write: Wherry has it as wasi_snapshot_preview1.fd_write; import it from there
  wasi_snapshot_preview1: fd_seek: wanted as function [i32 i32 i32 i32] -> [i32], offered as function [i32 i64 i32 i32] -> [i32]; build it with a current toolchain'
