# A program of wasi-threads: its threads share memory, locks and streams, and end together.
source "$(dirname "$0")/../lib.sh"

command -v clang-22 >/dev/null || skip "no clang-22"
programs=$WHERRY_SOURCE/tests/wasi/programs
clang-22 --target=wasm32-unknown-unknown -O2 -ffreestanding -nostdlib -matomics -mbulk-memory \
  -Wl,--no-entry,--shared-memory,--import-memory,--export-memory,--max-memory=2097152 \
  "$programs/threads.c" "$programs/threads_start.s" -o threads.wasm

# threads CASE FLAG...: no case may need longer.
threads() { run timeout 60 wherry run threads.wasm "${@:2}" -- "$1"; }

threads count
expect_status 0
expect_out "atomic: 160000"$'\n'"locked: 560000"
threads queue
expect_status 0
expect_out "sum: 1501500"
threads grow
expect_status 0
expect_out "grown: 3"$'\n'"there: 77"
threads many
expect_status 0
expect_out "joined"
threads print
expect_status 0
expect_equal "$(sort -u <<<"$OUT")" "a line of text"
expect_equal "$(wc -l <<<"$OUT")" 400

# Others spin, wait and sleep meanwhile.
threads trap
expect_status 134
expect_err_has "trap: unreachable in function"
threads exit
expect_status 7
expect_err ""
threads return
expect_status 0
expect_out "main returns"

# One more is blocked in reading what never comes.
mkfifo silent
exec 9<>silent
STATUS=0
timeout 60 wherry run threads.wasm -- return <silent >out 2>err || STATUS=$?
exec 9>&-
expect_equal "$STATUS" 0 "$(cat err)"

threads wait --timeout 200ms
expect_status 134
expect_err_has "stopped: time limit of 200ms"
threads spin --timeout 200ms
expect_status 134
expect_err_has "stopped: time limit of 200ms"
threads spin --cpu-time 200ms
expect_status 134
expect_err_has "stopped: CPU time limit of 200ms"

# The first thread is one of them.
threads limit --threads-max 5
expect_status 0
expect_out "started: 4"$'\n'"another: 1"
# Runs with fuel are repeatable, those with threads are not.
threads limit --fuel 1000000
expect_status 0
expect_out "started: 0"$'\n'"another: 0"
threads trap --threads-max 1
expect_status 134

# Without address space for guards.
(ulimit -v 3000000; wherry run -v threads.wasm -- count >out 2>err) || fail "$(cat err)"
expect_equal "$(cat out)" "atomic: 160000"$'\n'"locked: 560000"

threads count --memory-max 64KiB
expect_status 125
expect_err_has "its shared memory begins with 640 KiB, more than the limit of 64 KiB"

run wherry run --invoke nothing threads.wasm
expect_status 126
expect_err_has "no exported function 'nothing'"

run wherry inspect threads.wasm
expect_equal "$(grep -E '^(needs|runs here)' <<<"$OUT")" "needs       WASI preview 1 with threads (wasi-threads)
runs here   yes"
run wherry snapshot threads.wasm -o snapshot.wasm
expect_status 1
expect_err_has "it imports a memory (env.memory), whose state is not its own"
