# --fuel counts instructions, the same in every run; where none are left, the guest stops.
source "$(dirname "$0")/../lib.sh"

wat loop.wasm <<<'(module (func $loop (export "_start") (local i32)
  (loop $l (br_if $l (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1))) (i32.const 1000))))))'
for i in 1 2; do
  run wherry run -v loop.wasm --fuel 7000
  expect_status 0
  expect_err_has "fuel used=7000 limit=7000"
done
run wherry run loop.wasm --fuel 6999
expect_status 134
expect_err_has "wherry: error: stopped: fuel limit of 6999 in function #0"
# Its artifact is another one than that of a run without.
run wherry run -v loop.wasm
expect_status 0
expect_err_has compiled
run wherry run -v loop.wasm --fuel 7000
[[ $ERR != *compiled* ]] || fail "$ERR"

start_serve ./loop.wasm --fuel 10
expect_equal "$(curl -sS --max-time 20 -o /dev/null -w '%{http_code}' "$URL")" 500
grep -q 'stopped: fuel limit of 10 in function #0' "$SERVE_LOG" || fail "$(cat "$SERVE_LOG")"
