# A guest that meets a limit is stopped, wherever it is, and the message names limit and figure.
source "$(dirname "$0")/../lib.sh"

# stopped LIMIT BODY FLAG...: what _start does, and what stops it.
stopped() {
  local limit=$1 body=$2
  shift 2
  wat guest.wasm <<<"(module
    (import \"wasi_snapshot_preview1\" \"poll_oneoff\" (func \$poll (param i32 i32 i32 i32) (result i32)))
    (import \"wasi_snapshot_preview1\" \"fd_read\" (func \$read (param i32 i32 i32 i32) (result i32)))
    (import \"wasi_snapshot_preview1\" \"clock_time_get\" (func \$now (param i32 i64 i32) (result i32)))
    (memory (export \"memory\") 1) (table \$t 1 1000 funcref)
    (data (i32.const 24) \"\\00\\a0\\72\\4e\\18\\09\") (data (i32.const 100) \"\\c8\\00\\00\\00\\01\")
    (func \$start (export \"_start\") $body))"
  run wherry run guest.wasm "$@"
  expect_status 134
  expect_err_has "wherry: error: stopped: $limit in function"
}
spin='(loop $l (br $l))'
recurse='(call $start)'
calls='(loop $l (drop (call $now (i32.const 0) (i64.const 0) (i32.const 0))) (br $l))'
# A clock subscription (at 0) of 10 000 s; an iovec (at 100) for one byte of standard input.
sleep='(drop (call $poll (i32.const 0) (i32.const 48) (i32.const 1) (i32.const 96))) (loop $l (br $l))'
read='(drop (call $read (i32.const 0) (i32.const 100) (i32.const 1) (i32.const 96))) (loop $l (br $l))'

stopped "time limit of 200ms" "$spin" --timeout 200ms
stopped "time limit of 200ms" "$calls" --timeout 200ms
stopped "time limit of 200ms" "$sleep" --timeout 200ms
stopped "CPU time limit of 100ms" "$spin" --cpu-time 100ms
stopped "CPU time limit of 100ms" "$calls" --cpu-time 100ms
stopped "stack limit of 8MiB" "$recurse"
stopped "stack limit of 1MiB" "$recurse" --stack-max 1MiB --timeout 1h --cpu-time 1h

# Blocked in a read of a pipe that stays open and empty.
wat guest.wasm <<<"(module
  (import \"wasi_snapshot_preview1\" \"fd_read\" (func \$read (param i32 i32 i32 i32) (result i32)))
  (memory (export \"memory\") 1) (data (i32.const 100) \"\\c8\\00\\00\\00\\01\")
  (func (export \"_start\") $read))"
mkfifo pipe
exec 9<>pipe
STATUS=0
wherry run guest.wasm --timeout 200ms <pipe 2>blocked.err || STATUS=$?
exec 9>&-
expect_equal "$STATUS" 134
grep -q 'stopped: time limit of 200ms' blocked.err || fail "$(cat blocked.err)"
