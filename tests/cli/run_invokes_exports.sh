# wherry run --invoke calls an export with typed arguments and prints typed results; what does not fit is refused
# before anything runs, with what would.
source "$(dirname "$0")/../lib.sh"

wat math.wasm <<'WAT'
(module
  (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
  (func (export "swap") (param i64 f32 f64) (result f64 f32 i64)
    (local.get 2) (local.get 1) (local.get 0))
  (func (export "is_null") (param externref) (result i32) (ref.is_null (local.get 0)))
  (func (export "double") (param v128) (result v128) (i32x4.add (local.get 0) (local.get 0)))
  (func (export "nothing"))
  (func (export "divide") (param i32 i32) (result i32) (i32.div_s (local.get 0) (local.get 1)))
  (memory (export "memory") 1))
WAT

# called OUTPUT EXPORT ARGUMENTS...
called() {
  local output=$1
  shift
  run wherry run --invoke "$1" math.wasm -- "${@:2}"
  expect_status 0
  expect_out "$output"
}
called 'i32 42' add 40 2
called 'i32 -3' add -5 2
called 'i32 0' add 0xffffffff 1
called $'f64 inf\nf32 nan:0x1\ni64 -9223372036854775808' swap 0x8000000000000000 nan:0x1 inf
called 'i32 1' is_null null
called 'v128 i32x4:0x2,0x4,0x6,0xfffffffe' double i32x4:1,2,3,-1
called '' nothing

# refused EXIT_CODE WORDS EXPORT ARGUMENTS...
refused() {
  run wherry run --invoke "$3" math.wasm -- "${@:4}"
  expect_status "$1"
  expect_err_has "$2"
  expect_out ""
}
refused 126 "no exported function 'sub': it exports add [i32 i32] -> [i32], swap [i64 f32 f64] -> [f64 f32 i64]" sub
refused 126 "no exported function 'memory'" memory
refused 126 "add takes 2 arguments, 1 are given: its type is [i32 i32] -> [i32]" add 1
refused 126 "argument 2 of add [i32 i32] -> [i32]: '1.5' is no i32" add 1 1.5
refused 126 "'4294967296' is no i32" add 4294967296 0
refused 126 "'7' is no externref" is_null 7
refused 134 "integer divide by zero" divide 1 0

# A reactor is initialised first, and has WASI with what is granted.
wat reactor.wasm <<'WAT'
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (global $ready (mut i32) (i32.const 0))
  (func (export "_initialize") (global.set $ready (i32.const 7)))
  (func (export "ready") (result i32 i32)
    (drop (call $args (i32.const 0) (i32.const 4)))
    (global.get $ready) (i32.load (i32.const 0)))
  (func (export "leave") (param i32) (call $exit (local.get 0))))
WAT
run wherry run --invoke ready --arg one --arg two reactor.wasm
expect_status 0
expect_out $'i32 7\ni32 3'
run wherry run --invoke leave reactor.wasm 9
expect_status 9
