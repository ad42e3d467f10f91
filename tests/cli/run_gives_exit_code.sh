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

# What is granted and missing is our failure, not a program that is not found.
run wherry run exit.wasm --dir missing:/data
expect_status 125
expect_err_has "opening the folder of --dir missing:/data: no such file or directory"
run wherry run missing.wasm
expect_status 127
run wherry run exit.wasm $(seq 70000)
expect_status 125
expect_err "wherry: error: 70001 arguments exceed the limit of 65536"

wat none.wasm <<'EOF'
(module (func (export "_start")))
EOF
run wherry run none.wasm
expect_status 0
