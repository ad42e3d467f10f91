# What a module cannot express is refused with its reason, and nothing is written.
source "$(dirname "$0")/../lib.sh"

# refuse REASON FLAGS... <TEXT
refuse() {
  local reason=$1
  shift
  wat module.wasm
  run wherry snapshot module.wasm -o out.wasm "$@"
  expect_status 1
  expect_err_has "wherry: error: module.wasm: $reason"
  [[ ! -e out.wasm ]] || fail "something was written"
}

refuse "it exports neither 'wherry.initialize' nor 'wizer.initialize' (name another with --init)" <<<'(module)'
refuse "it exports no 'prepare'" --init prepare <<<'(module)'
refuse "its export 'prepare' is no function without parameters and results" --init prepare \
  <<<'(module (func (export "prepare") (param i32)))'
refuse "its memory is shared: other threads may change it" \
  <<<'(module (memory 1 1 shared) (func (export "wherry.initialize")))'
refuse "it imports a memory (env.memory), whose state is not its own" \
  <<<'(module (import "env" "memory" (memory 1)) (func (export "wherry.initialize")))'
refuse "its initialisation changes table 0, which cannot be captured" <<<'(module
  (table 2 funcref) (elem declare func $f)
  (func $f (export "wherry.initialize") (table.set 0 (i32.const 1) (ref.func $f))))'
refuse "its global 0 holds a reference, which cannot be captured" <<<'(module
  (global $g (mut funcref) (ref.null func)) (elem declare func $f)
  (func $f (export "wizer.initialize") (global.set $g (ref.func $f))))'
refuse "its initialisation fails: trap: unreachable" <<<'(module (func (export "wherry.initialize") unreachable))'
refuse "its initialisation calls env.host, which is not granted" <<<'(module
  (import "env" "host" (func $host)) (func (export "wherry.initialize") (call $host)))'

denied='(module
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (func (export "wherry.initialize") (drop (call $yield))))'
refuse "its initialisation calls wasi_snapshot_preview1.sched_yield, which is not granted (grant WASI with --wasi)" \
  <<<"$denied"
wat granted.wasm <<<"$denied"
run wherry snapshot granted.wasm -o out.wasm --wasi
expect_status 0
rm out.wasm

mkdir folder
refuse "its initialisation leaves a descriptor open, or closed one that was" --dir folder:/folder <<<'(module
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 1) (data (i32.const 0) ".")
  (func (export "wherry.initialize")
    (if (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 2)
                    (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 8)) (then unreachable))))'

# Its limits are those of a run, with one of time where nothing is said.
loop='(module (func (export "wherry.initialize") (loop (br 0))))'
refuse "its initialisation fails: stopped: time limit of 100ms" --timeout 100ms <<<"$loop"
refuse "its initialisation fails: stopped: fuel limit of 1000" --fuel 1000 <<<"$loop"
refuse "its initialisation fails: trap: out of bounds memory access" --memory-max 128KiB <<<'(module (memory 1)
  (func (export "wherry.initialize")
    (drop (memory.grow (i32.const 2))) (i32.store (i32.const 65536) (i32.const 1))))'
run wherry snapshot --help
[[ $OUT == *"--timeout TIME"*"(default 2m)"* ]] || fail "--help does not tell the limit of time"
