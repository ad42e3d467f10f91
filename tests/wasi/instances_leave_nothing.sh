#!/bin/bash
# Thousands of instances in one process, which open files and connections, have threads, grow their memory and end in
# every way, leave no descriptors and no memory behind. INSTANCES=100000 for the long form.
source "$(dirname "$0")/../lib.sh"
wat app.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_open" (func $sock_open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_getlocaladdr" (func $own (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func $connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_accept" (func $accept (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 2)
  (data (i32.const 16) "file")
  (data (i32.const 32) "\10\00\00\00\04\00\00\00")
  (data (i32.const 96) "\68\00\00\00\04\00\00\00")
  (data (i32.const 112) "\78\00\00\00\04\00\00\00\7f\00\00\01")
  (func $must_work (param i32) (if (local.get 0) (then (call $proc_exit (i32.const 99)))))
  (func $recurse (param i32) (result i32)
    (i32.add (call $recurse (i32.add (local.get 0) (i32.const 1))) (local.get 0)))
  (func (export "_start")
    (call $must_work (call $path_open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 4)
      (i32.const 1) (i64.const 0x42) (i64.const 0) (i32.const 0) (i32.const 64)))
    (call $must_work (call $fd_write (i32.load (i32.const 64)) (i32.const 32) (i32.const 1) (i32.const 68)))
    (call $must_work (call $sock_open (i32.const 1) (i32.const 2) (i32.const 72)))
    (call $must_work (call $sock_open (i32.const 1) (i32.const 1) (i32.const 76)))
    (call $must_work (call $own (i32.const 3) (i32.const 96) (i32.const 84) (i32.const 88)))
    (call $must_work (call $connect (i32.load (i32.const 72)) (i32.const 112) (i32.load (i32.const 88))))
    (call $must_work (call $accept (i32.const 3) (i32.const 92)))
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
echo "$OUT$ERR"
expect_status 0

# Of threads one ends, one waits without end and one works without end when the program ends, with files open.
wat threads.wasm <<'EOF'
(module
  (import "wasi" "thread-spawn" (func $spawn (param i32) (result i32)))
  (import "env" "memory" (memory 1 8 shared))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
  (export "memory" (memory 0))
  (data (i32.const 16) "file")
  (func $must_work (param i32) (if (local.get 0) (then (call $proc_exit (i32.const 99)))))
  (func $open (param $result i32)
    (call $must_work (call $path_open (i32.const 4) (i32.const 0) (i32.const 16) (i32.const 4)
      (i32.const 1) (i64.const 0x42) (i64.const 0) (i32.const 0) (local.get $result))))
  (func (export "wasi_thread_start") (param $id i32) (param $kind i32)
    (call $open (i32.add (i32.const 64) (i32.mul (local.get $kind) (i32.const 4))))
    (drop (memory.grow (i32.const 1)))
    (drop (i32.atomic.rmw.add (i32.const 0) (i32.const 1)))
    (drop (memory.atomic.notify (i32.const 0) (i32.const 1)))
    (block $ends (block $waits
      (br_table $ends $waits (local.get $kind)))
      (if (i32.eq (local.get $kind) (i32.const 2)) (then (loop $works (br $works))))
      (drop (memory.atomic.wait32 (i32.const 4) (i32.const 0) (i64.const -1)))))
  (func (export "_start") (local $seen i32)
    (call $must_work (i32.le_s (call $spawn (i32.const 0)) (i32.const 0)))
    (call $must_work (i32.le_s (call $spawn (i32.const 1)) (i32.const 0)))
    (call $must_work (i32.le_s (call $spawn (i32.const 2)) (i32.const 0)))
    (loop $until_all_are_there
      (local.set $seen (i32.atomic.load (i32.const 0)))
      (if (i32.lt_u (local.get $seen) (i32.const 3)) (then
        (drop (memory.atomic.wait32 (i32.const 0) (local.get $seen) (i64.const -1)))
        (br $until_all_are_there))))
    (call $must_work (call $random_get (i32.const 80) (i32.const 1)))
    (block $done (block $unreachable (block $exit
      (br_table $exit $unreachable $done (i32.rem_u (i32.load8_u (i32.const 80)) (i32.const 3))))
      (call $proc_exit (i32.const 3)))
      (unreachable))))
EOF
run instance_leaks threads.wasm data "$((${INSTANCES:-5000} / 10))"
echo "$OUT$ERR"
expect_status 0
