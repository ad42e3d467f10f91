# Several requests go over one connection, each answered by an instance of its own.
source "$(dirname "$0")/../lib.sh"

wat count.wasm <<'EOF_WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\0e\00\00\00")
  (data (i32.const 16) "Status: 200\n\n0")
  (func (export "_start")
    ;; counts the runs of this instance
    (i32.store8 (i32.const 29) (i32.add (i32.load8_u (i32.const 29)) (i32.const 1)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
EOF_WAT
start_serve ./count.wasm
expect_equal "$(curl -sS "$URL/[1-20]" -w ' %{num_connects}\n' | sort | uniq -c | xargs)" "19 1 0 1 1 1"
