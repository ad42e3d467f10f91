#!/bin/bash
# wasi_unstable differs from preview 1 in whence, filestat and subscription: a module of 2019 gets its own. The exit
# code is the number of the check that failed.
source "$(dirname "$0")/../lib.sh"
mkdir data
echo -n 0123456789 >data/file
wat app.wasm <<'EOF'
(module
  (import "wasi_unstable" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "path_filestat_get"
    (func $path_filestat_get (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_seek" (func $fd_seek (param i32 i64 i32 i32) (result i32)))
  (import "wasi_unstable" "poll_oneoff" (func $poll_oneoff (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_unstable" "proc_exit" (func $proc_exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "file")
  (data (i32.const 16) "done\n")
  (data (i32.const 32) "\10\00\00\00\05\00\00\00")
  (func $check (param $number i32) (param $holds i32)
    (if (i32.eqz (local.get $holds)) (then (call $proc_exit (local.get $number)))))
  (func $seek (param $offset i64) (param $whence i32) (result i64)
    (call $check (i32.const 1)
      (i32.eqz (call $fd_seek (i32.load (i32.const 64)) (local.get $offset) (local.get $whence) (i32.const 72))))
    (i64.load (i32.const 72)))
  (func (export "_start")
    ;; fd_read, fd_seek and fd_tell
    (call $check (i32.const 2)
      (i32.eqz (call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 0)
        (i64.const 0x26) (i64.const 0) (i32.const 0) (i32.const 64))))
    ;; whence: 0 from here, 1 from the end, 2 from the start
    (call $check (i32.const 3) (i64.eq (call $seek (i64.const 4) (i32.const 2)) (i64.const 4)))
    (call $check (i32.const 4) (i64.eq (call $seek (i64.const 2) (i32.const 0)) (i64.const 6)))
    (call $check (i32.const 5) (i64.eq (call $seek (i64.const -1) (i32.const 1)) (i64.const 9)))
    ;; filestat: nlink is 32 bits at 20, size at 24, 56 bytes in all
    (i64.store (i32.const 184) (i64.const -1))
    (call $check (i32.const 6)
      (i32.eqz (call $path_filestat_get (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 4) (i32.const 128))))
    (call $check (i32.const 7) (i32.eq (i32.load8_u (i32.const 144)) (i32.const 4)))
    (call $check (i32.const 8) (i32.eq (i32.load (i32.const 148)) (i32.const 1)))
    (call $check (i32.const 9) (i64.eq (i64.load (i32.const 152)) (i64.const 10)))
    (call $check (i32.const 10) (i64.eq (i64.load (i32.const 184)) (i64.const -1)))
    ;; subscription: 56 bytes, the clock behind an identifier. The monotonic clock, in 1 ms; and standard output.
    (i64.store (i32.const 256) (i64.const 77))
    (i32.store (i32.const 280) (i32.const 1))
    (i64.store (i32.const 288) (i64.const 1000000))
    (call $check (i32.const 11)
      (i32.eqz (call $poll_oneoff (i32.const 256) (i32.const 512) (i32.const 1) (i32.const 80))))
    (call $check (i32.const 12) (i32.eq (i32.load (i32.const 80)) (i32.const 1)))
    (call $check (i32.const 13) (i64.eq (i64.load (i32.const 512)) (i64.const 77)))
    (call $check (i32.const 14) (i32.eqz (i32.load16_u (i32.const 520))))
    (i64.store (i32.const 312) (i64.const 78))
    (i32.store8 (i32.const 320) (i32.const 2))
    (i32.store (i32.const 328) (i32.const 1))
    (i64.store (i32.const 288) (i64.const 10000000000))
    (call $check (i32.const 15)
      (i32.eqz (call $poll_oneoff (i32.const 256) (i32.const 512) (i32.const 2) (i32.const 80))))
    (call $check (i32.const 16) (i64.eq (i64.load (i32.const 512)) (i64.const 78)))
    (call $check (i32.const 17) (i32.eqz (call $fd_write (i32.const 1) (i32.const 32) (i32.const 1) (i32.const 80))))))
EOF

run wasi_runner --dir data:/data:ro app.wasm
expect_status 0
expect_out 'done'
