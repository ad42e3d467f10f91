# Requests beyond the limits are refused before any guest runs.
source "$(dirname "$0")/../lib.sh"

wat trap.wasm <<<'(module (func (export "_start") unreachable))'
start_serve ./trap.wasm
status() { curl -sS -o /dev/null -w '%{http_code}' "$@"; }
head -c 10485761 /dev/zero >body
expect_equal "$(status "$URL" --data-binary @body)" 413
expect_equal "$(status "$URL" --data-binary @body -H 'Transfer-Encoding: chunked')" 413
expect_equal "$(status "$URL/$(head -c 9000 /dev/zero | tr '\0' a)")" 414
expect_equal "$(status "$URL" -H "X: $(head -c 20000 /dev/zero | tr '\0' a)")" 431
! grep "trap:" "$SERVE_LOG" || fail "a guest ran"
head -c 10485760 /dev/zero >body
expect_equal "$(status "$URL" --data-binary @body)" 500 "the largest that is taken reaches the guest"
