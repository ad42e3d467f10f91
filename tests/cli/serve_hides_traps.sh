# What goes wrong in a guest is a 500; the reason is in the log, and not in the answer.
source "$(dirname "$0")/../lib.sh"

cat >trap.wat <<'EOF_WAT'
(module (memory (export "memory") 1)
  (func $secret_function unreachable)
  (func (export "_start") (call $secret_function)))
EOF_WAT
wat2wasm --debug-names trap.wat -o trap.wasm
start_serve ./trap.wasm
expect_equal "$(curl -sS -w '%{http_code}' "$URL/x?token=1")" $'500 Internal Server Error\n500'
expect_equal "$(curl -sS -o /dev/null -w '%{http_code}' "$URL")" 500 "and the server lives on"
grep -Eq 'error: trap: unreachable in function #0 <secret_function> at offset 0x[0-9a-f]+ request="GET /x"' "$SERVE_LOG" ||
  fail "$(cat "$SERVE_LOG")"
kill "$PID"

wat silent.wasm <<<'(module (memory (export "memory") 1) (func (export "_start")))'
start_serve ./silent.wasm
expect_equal "$(curl -sS "$URL")" "500 Internal Server Error"
grep -q 'no CGI response: the program printed nothing' "$SERVE_LOG" || fail "$(cat "$SERVE_LOG")"
