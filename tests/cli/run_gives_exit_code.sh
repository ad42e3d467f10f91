# The guest's exit code is ours.
source "$(dirname "$0")/../lib.sh"

wat exit.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (func (export "_start") (call $exit (i32.const 42))))
EOF
run wherry run exit.wasm
expect_status 42
expect_out ""
expect_err ""

wat none.wasm <<'EOF'
(module (func (export "_start")))
EOF
run wherry run none.wasm
expect_status 0
