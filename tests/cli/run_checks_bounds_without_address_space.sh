# Where `ulimit -v` leaves no room for the guards behind memories, code that checks bounds is used instead.
source "$(dirname "$0")/../lib.sh"
ulimit -v 2000000 2>/dev/null || skip "no address space can be limited"

# Grows by 100 pages, works there, and exits with the byte that it reads back.
wat grow.wasm <<'END'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "\20")
  (func (export "_start")
    (drop (memory.grow (i32.const 100)))
    (i32.store8 (i32.const 6553600) (i32.add (i32.load8_u (i32.const 100)) (i32.const 10)))
    (call $exit (i32.load8_u (i32.const 6553600)))))
END
run wherry run grow.wasm
expect_status 42
expect_err ""
run wherry run -v grow.wasm
expect_status 42
expect_err_has "bounds are checked"

wat beyond.wasm <<<'(module (memory 1) (func (export "_start") (drop (i32.load (i32.const 65533)))))'
run wherry run beyond.wasm
expect_status 134
expect_err_has "trap: out of bounds memory access in function #0"

wat hello.wasm <<'END'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 8) "\10\00\00\00\1f\00\00\00Content-Type: text/plain\n\nhello")
  (func (export "_start") (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 0)))))
END
start_serve ./hello.wasm -v
for i in 1 2 3; do expect_equal "$(curl -sS --max-time 20 "$URL")" hello; done
grep -q 'bounds are checked' "$SERVE_LOG" || fail "$(cat "$SERVE_LOG")"
