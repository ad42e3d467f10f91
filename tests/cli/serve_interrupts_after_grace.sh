# After the grace time, guests are stopped, their clients told, and the exit code is still 0.
source "$(dirname "$0")/../lib.sh"

wat spin.wasm <<'EOF_WAT'
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\06\00\00\00")
  (data (i32.const 16) "begun\n")
  (func (export "_start")
    (drop (call $fd_write (i32.const 2) (i32.const 0) (i32.const 1) (i32.const 8)))
    (loop (br 0))))
EOF_WAT
start_serve ./spin.wasm --grace 200ms
curl -sS --max-time 20 -o /dev/null -w '%{http_code}' "$URL" >answer &
client=$!
wait_for 10 grep -q begun "$SERVE_LOG"
kill -TERM "$PID"
wait "$client" || fail "the client got no answer"
expect_equal "$(cat answer)" 503
STATUS=0
wait "$PID" || STATUS=$?
expect_equal "$STATUS" 0
