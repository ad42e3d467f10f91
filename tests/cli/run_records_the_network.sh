# --record writes where a program connected to and listened, and with that alone the next run does the same.
source "$(dirname "$0")/../lib.sh"

listening=$(free_port)
start listener python3 -c "
import socket, time
listener = socket.socket()
listener.bind(('127.0.0.1', 0))
listener.listen()
print(listener.getsockname()[1], flush=True)
time.sleep(60)"
wait_for 20 test -s listener
connecting=$(cat listener)
# Its exit code is the sum of the errors.
wat net.wasm <<EOF
(module
  (import "wasi_snapshot_preview1" "sock_open" (func \$open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_bind" (func \$bind (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_listen" (func \$listen (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_connect" (func \$connect (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func \$exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\04\00\00\00")
  (data (i32.const 16) "\7f\00\00\01")
  (func (export "_start")
    (local \$errors i32)
    (drop (call \$open (i32.const 1) (i32.const 2) (i32.const 32)))
    (local.set \$errors (call \$connect (i32.load (i32.const 32)) (i32.const 0) (i32.const $connecting)))
    (drop (call \$open (i32.const 1) (i32.const 2) (i32.const 32)))
    (local.set \$errors (i32.add (local.get \$errors)
      (call \$bind (i32.load (i32.const 32)) (i32.const 0) (i32.const $listening))))
    (local.set \$errors (i32.add (local.get \$errors) (call \$listen (i32.load (i32.const 32)) (i32.const 1))))
    (call \$exit (local.get \$errors))))
EOF
run wherry run net.wasm --connect 'tcp://127.0.0.1:*' --listen 'tcp://127.0.0.1:*' --record policy.toml
expect_status 0
recorded() { grep -E '^(listen|connect) = ' "$1"; }
expect_equal "$(recorded policy.toml)" "listen = [\"tcp://127.0.0.1:$listening\"]
connect = [\"tcp://127.0.0.1:$connecting\"]"
run wherry run net.wasm --policy policy.toml
expect_status 0
run wherry run net.wasm
[[ $STATUS != 0 ]] || fail "it may connect and listen without any grant"

# A socket that is handed over counts, whether it is used or not.
wat none.wasm <<<'(module (func (export "_start")))'
run wherry run none.wasm --listen "tcp://127.0.0.1:$listening" --record handed.toml
expect_equal "$(recorded handed.toml)" "listen = [\"tcp://127.0.0.1:$listening\"]"

# A port of the system's choice: what is recorded, and what is said of a denial, are rules that can be written.
wat any.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "sock_open" (func $open (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "sock_bind" (func $bind (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\04\00\00\00")
  (data (i32.const 16) "\7f\00\00\01")
  (func (export "_start")
    (drop (call $open (i32.const 1) (i32.const 2) (i32.const 32)))
    (call $exit (call $bind (i32.load (i32.const 32)) (i32.const 0) (i32.const 0)))))
EOF
run wherry run any.wasm --connect tcp://127.0.0.1:1
[[ $ERR == *"(grant it with --listen tcp://127.0.0.1:*)" ]] || fail "$ERR"
run wherry run any.wasm --listen 'tcp://127.0.0.1:*' --record any.toml
expect_status 0
run wherry run any.wasm --policy any.toml
expect_status 0
expect_err ""
