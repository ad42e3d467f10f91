# Every thread of wherry serve is behind the wall, before the first request and after; and it still answers.
source "$(dirname "$0")/../lib.sh"

wat hello.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\1f\00\00\00")
  (data (i32.const 16) "Content-Type: text/plain\0a\0ahello")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
EOF
start_serve hello.wasm
expect_threads_confined() {
  for status in /proc/"$PID"/task/*/status; do
    grep -q '^Seccomp:[[:space:]]*2$' "$status" || fail "$status has no filter"
    grep -q '^CapEff:[[:space:]]*0*$' "$status" || fail "$status has capabilities"
  done
}
expect_threads_confined
for _ in 1 2 3 4 5; do expect_equal "$(curl -fsS "$URL/")" hello; done
expect_threads_confined
# The first wall clears memories by asking for written pages, which takes a file opened before the second stood.
find "/proc/$PID/fd" -lname '*pagemap' | grep -q . || fail "no pagemap is open"
kill "$PID"
wait "$PID" || fail "did not stop as asked: $(cat "$SERVE_LOG")"
