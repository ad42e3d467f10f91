# A guest that runs too long is stopped: 504, and its thread is free again.
source "$(dirname "$0")/../lib.sh"

wat spin.wasm <<<'(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'
start_serve ./spin.wasm --request-timeout 300ms --threads 1
for i in 1 2 3; do
  expect_equal "$(curl -sS --max-time 20 -w '%{http_code}' "$URL")" $'504 Gateway Timeout\n504'
done
grep -q 'stopped: time limit of 300ms in function' "$SERVE_LOG" || fail "$(cat "$SERVE_LOG")"
