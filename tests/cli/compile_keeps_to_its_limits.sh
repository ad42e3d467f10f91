# A module that makes the compiler slow, greedy or crash costs one line of error: the caller lives, and nothing
# is left behind.
source "$(dirname "$0")/../lib.sh"

# One function of 20,000 blocks that each change a local: joins, and values to choose at each of them.
python3 - <<'PYTHON' >slow.wasm
import sys
def leb(n):
    out = b''
    while True:
        low, n = n & 0x7f, n >> 7
        if not n: return out + bytes([low])
        out += bytes([low | 0x80])
def section(id, content): return bytes([id]) + leb(len(content)) + content
# block (br_if 0 (local.get 0)) (local.set 1 (i32.mul (local.get 1) (local.get N))) end
step = lambda n: b'\x02\x40\x20\x00\x0d\x00\x20\x01\x20' + leb(n) + b'\x6c\x21' + leb(n) + b'\x20' + leb(n) + b'\x21\x01\x0b'
body = b'\x01\xe7\x07\x7f' + b''.join(step(1 + n % 998) for n in range(20000)) + b'\x0b'
code = b'\x01' + leb(len(body)) + body
sys.stdout.buffer.write(b'\0asm\1\0\0\0' + section(1, b'\1\x60\1\x7f\0') + section(3, b'\1\0') +
                        section(7, b'\1\4slow\0\0') + section(10, code))
PYTHON

leftovers() { find "$WHERRY_CACHE" . -type f ! -name 'lock.*' ! -name slow.wasm 2>/dev/null; }
compilers() { pgrep -f -- "--parent [0-9]* .*$WORK/slow.wasm" || true; }

run wherry compile --timeout 1 slow.wasm -o slow.artifact
expect_status 1
expect_err "wherry: error: slow.wasm: compiling exceeds the limit of 1 s (raise it: wherry compile --timeout, or WHERRY_COMPILE_SECONDS)"
expect_equal "$(leftovers)" ""

WHERRY_COMPILE_SECONDS=1 run wherry run slow.wasm
expect_status 125
expect_err_has "compiling exceeds the limit of 1 s"
expect_equal "$(leftovers)" ""

# The sanitizers' own memory is beyond any such limit.
if ! grep -q __asan_init "$(command -v wherry)"; then
  WHERRY_COMPILE_MEMORY_MIB=48 run wherry run slow.wasm
  expect_status 125
  expect_err_has "compiling needs more memory than the limit of 48 MiB"
  run wherry compile --memory-max 90MiB slow.wasm
  expect_status 1
  expect_err_has "compiling needs more memory than the limit of 90 MiB"
  expect_equal "$(leftovers)" ""
fi
run wherry compile --memory-max 3GB slow.wasm
expect_status 2
expect_err_has "--memory-max"

# Whoever waits for the compiler may be killed: it does not go on alone.
start "$TEST_DIR/run.log" wherry run slow.wasm
wait_for 20 eval '[[ $(compilers) ]]'
kill -9 "$PID"
wait_for 5 eval '[[ ! $(compilers) ]]'
expect_equal "$(leftovers)" ""

# A compiler that dies is said to have died.
mkdir broken
cp "$(command -v wherry)" broken/
printf '#!/bin/sh\nkill -SEGV $$\n' >broken/wherry-compile
chmod +x broken/wherry-compile
run broken/wherry run slow.wasm
expect_status 125
expect_err_has "slow.wasm: the compiler crashed on this module (signal 11), which is a defect of Wherry"
