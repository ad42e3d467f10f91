# A run is behind all layers that are on by default, also where its own descriptors are concerned; layers can be
# left out and insisted on.
source "$(dirname "$0")/../lib.sh"

# Sleeps for a second, so that it can be looked at.
wat sleep.wasm <<'EOF'
(module
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 24) "\00\ca\9a\3b")  ;; 1e9 ns
  (func (export "_start")
    (drop (call $poll (i32.const 0) (i32.const 64) (i32.const 1) (i32.const 128)))))
EOF
wherry run sleep.wasm

field() { sed -n "s/^$2:\s*//p" "/proc/$1/status"; }
waits() { [[ $(</proc/"$1"/wchan) == *hrtimer* || $(</proc/"$1"/stat) == *") S "* ]]; }

exec 7</etc/passwd # forgotten
start run.log wherry run sleep.wasm
exec 7<&-
wait_for 10 waits "$PID"
expect_equal "$(field "$PID" NoNewPrivs)" 1
expect_equal "$(field "$PID" Seccomp)" 2
expect_equal "$(field "$PID" CapPrm)" 0000000000000000
expect_equal "$(awk '/^Max core/ {print $5, $6}' "/proc/$PID/limits")" "0 0"
find "/proc/$PID/fd" -lname '*passwd' | grep -q . && fail "an inherited descriptor is open"

start free.log wherry run --no-sandbox all sleep.wasm
wait_for 10 waits "$PID"
expect_equal "$(field "$PID" Seccomp)" 0

run wherry run --sandbox seccomp sleep.wasm
expect_status 0
run wherry run --sandbox walls sleep.wasm
expect_status 125
expect_err_has "walls: no such layer"
run wherry run --sandbox seccomp --no-sandbox all sleep.wasm
expect_status 125

# The wall has room for every rule of the network, wide ones too.
wat nothing.wasm <<<'(module (func (export "_start")))'
for rule in 'tcp://*:*' 'udp://*:*' 'tcp://*.example.com:1-65535' 'tcp://10.0.0.0/8:*' 'tcp://[::/0]:443'; do
  run wherry run --connect "$rule" nothing.wasm
  expect_status 0
  run wherry run --connect "$rule" --connect tcp://example.com:443 --listen 'tcp://127.0.0.1:*' nothing.wasm
  expect_status 0
done
