# wherry inspect says of a .wasm file, or of an image's, what it holds, what it needs, and whether it runs here.
source "$(dirname "$0")/../lib.sh"

wat app.wasm <<'WAT'
(module
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 2 16)
  (table 3 funcref)
  (func (export "_start")
    (memory.fill (i32.const 0) (i32.const 1) (i32.const 2))
    (call $exit (i32.extend8_s (i32.const 0)))))
WAT
run wherry inspect app.wasm
expect_status 0
expect_out "kind        core module
needs       WASI preview 1, a command: runs from start to end
runs here   yes
types       2 of functions
functions   2
globals     0
imports     wasi_snapshot_preview1.proc_exit  function [i32] -> []
exports     memory  memory 2 to 16 pages
            _start  function [] -> []
memory      2 to 16 pages of 64 KiB
table       funcref, 3 entries or more
features    sign extension, bulk memory
bytes       $(stat -c %s app.wasm)"

wat library.wasm <<<'(module (import "env" "draw" (func)) (func (export "tick") call 0))'
run wherry inspect library.wasm
expect_status 0
expect_equal "$(grep -E '^(runs here|because|way)' <<<"$OUT")" "runs here   no
because     it imports what is not offered: env.draw
way         Wherry offers WASI preview 1 and wasi_unstable"
printf '\0asm\x0d\0\1\0' >component.wasm
run wherry inspect component.wasm
expect_status 0
[[ $OUT == *"a component (WASI 0.2 or later), not a core module"* ]] || fail "$OUT"
run wherry inspect missing.wasm
expect_status 1
expect_err_has "missing.wasm"

run wherry inspect --json app.wasm
expect_status 0
expect_equal "$(jq -c '[.kind, .interface.id, .runs, .imports[0].offered, .memories[0].max]' <<<"$OUT")" \
  '["core module","wasi-preview1-command",true,true,16]'

# The same of an image's module.
mkdir image
cp app.wasm image/
run wherry build image -t app
expect_status 0
run wherry inspect app
expect_status 0
[[ $OUT == *"name          "*"needs       WASI preview 1, a command"* ]] || fail "$OUT"
run wherry inspect --json app
expect_equal "$(jq -c '[.name, .module.interface.id, .module.runs]' <<<"$OUT")" \
  '["app:latest","wasi-preview1-command",true]'
