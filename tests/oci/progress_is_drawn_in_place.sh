#!/bin/bash
# On a terminal blobs have bars, which are drawn over one another and leave a clean screen: after success, failure and
# pauses, and on a narrow terminal. Elsewhere nothing is drawn.
source "$(dirname "$0")/lib.sh"
export TERM=xterm
start_registry
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)
blob=$(digest_of app.wasm)
short=${blob#sha256:}
short=${short:0:12}
wherry push -q demo:1 "$REGISTRY/demo:1"
start_proxy "GET /blobs/$blob 1 status=503" "GET /blobs/$blob 3 slow=1" "GET /blobs/$blob * corrupt"

# on_screen COLUMNS ROWS COMMAND...: $OUT is the screen.
on_screen() { run python3 "$WHERRY_SOURCE/tests/oci/screen.py" "$1" "$2" report "${@:3}"; expect_status 0; }
reported() { jq -r ".$1" report; }

on_screen 100 24 wherry pull --store wide "$PROXY/demo:1"
expect_equal "$(reported code)" 0
expect_equal "$(head -n 1 <<<"$OUT" | sed 's/in 0.[0-9] s/in N s/')" "HTTP 503; trying again in N s"
expect_equal "$(grep -c . <<<"$OUT")" 4
grep -qE "^$short  downloaded    3.0 MB$" <<<"$OUT" || fail "$OUT"
expect_equal "$(tail -n 1 <<<"$OUT")" "pulled $PROXY/demo:1 $digest"
(($(reported redrawn) > 5)) || fail "drawn anew $(reported redrawn) times"
reported seen | grep -qE "$short  downloading   \[=+ +\] [0-9.]+ [kM]B of 3.0 MB, [0-9.]+ [kM]B/s" || fail "no bar: $(reported seen)"

# The figures are more than the bar, and no line wraps: it could not be drawn over.
on_screen 60 24 bash -c 'wherry pull --store narrow "$0" >/dev/null' "$PROXY/demo:1"
expect_equal "$(reported wrapped)$(grep -c '\[=' report)" 00
reported seen | grep -qE "$short  downloading   [0-9.]+ [kM]B of 3.0 MB, [0-9.]+ [kM]B/s" || fail "no figures: $(reported seen)"
on_screen 15 3 wherry pull -q --store none "$PROXY/none:1"
expect_equal "$(reported code)" 1
on_screen 15 3 bash -c 'wherry pull --store tiny "$0" >/dev/null' "$PROXY/demo:1"
expect_equal "$(reported code) $(reported wrapped)" "0 0"
expect_equal "$(grep -c . <<<"$OUT")" 2

# What fails ends behind the bars.
on_screen 200 24 wherry pull --store corrupt "$PROXY/demo:1"
expect_equal "$(reported code)" 1
tail -n 1 <<<"$OUT" | grep -q "^wherry: error: pulling .* its content has another digest" || fail "$OUT"
grep -q "^$short  downloading" <<<"$OUT" || fail "$OUT"

# Nothing is drawn where nobody sees it, where it is not wanted, and where it cannot be.
plain() { [[ $(reported seen) != *$'\e'* ]] || fail "drawn: $(reported seen)"; }
on_screen 100 24 wherry pull -q --store wide "$PROXY/demo:1"
expect_out ""
on_screen 100 24 wherry push -q demo:1 "$REGISTRY/quiet:1"
expect_out ""
on_screen 100 24 env TERM=dumb wherry push demo:1 "$REGISTRY/dumb:1"
plain
expect_equal "$(tail -n 1 <<<"$OUT")" "pushed $REGISTRY/dumb:1 $digest"
on_screen 100 24 bash -c 'wherry push demo:1 "$0" 2>log' "$REGISTRY/log:1"
plain
grep -qE "^$short  (uploaded|mounted)  3.0 MB$" log || fail "$(cat log)"
