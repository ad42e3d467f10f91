#!/bin/bash
# Thousands of instances in one process, which open files and sockets, grow their memory and end in every way,
# leave no descriptors and no memory behind.
source "$(dirname "$0")/../lib.sh"
wat app.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_open" (func $sock_open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "file")
  (data (i32.const 32) "\10\00\00\00\04\00\00\00")
  (func $must_work (param i32) (if (local.get 0) (then (call $proc_exit (i32.const 99)))))
  (func $recurse (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
  (func (export "_start")
    (call $must_work (call $path_open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 4)
      (i32.const 1) (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 64)))
    (call $must_work (call $fd_write (i32.load (i32.const 64)) (i32.const 32) (i32.const 1) (i32.const 68)))
    (call $must_work (call $sock_open (i32.const 1) (i32.const 2) (i32.const 72)))
    (call $must_work (call $sock_open (i32.const 1) (i32.const 1) (i32.const 76)))
    (call $must_work (i32.eq (memory.grow (i32.const 30)) (i32.const -1)))
    (i32.store (i32.const 1900000) (i32.const 1))
    (call $must_work (call $random_get (i32.const 80) (i32.const 1)))
    (block $done (block $recursion (block $division (block $bounds (block $unreachable (block $exit
      (br_table $exit $unreachable $bounds $division $recursion $done
        (i32.rem_u (i32.load8_u (i32.const 80)) (i32.const 6))))
      (call $proc_exit (i32.const 3)))
      (unreachable))
      (drop (i32.load (i32.const 0x7fffffff))))
      (drop (i32.div_s (i32.const 1) (i32.const 0)))
    ) (drop (call $recurse (i32.const 0))))))
EOF
mkdir data
run instance_leaks app.wasm data "${INSTANCES:-20000}"
echo "$OUT"
expect_status 0
