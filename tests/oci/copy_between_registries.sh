#!/bin/bash
# wherry copy: from one registry to another without a store, cut on both ways; within one by mounting.
source "$(dirname "$0")/lib.sh"
start_registry near
near=$REGISTRY
start_registry far
far=$REGISTRY
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)
blob=$(digest_of app.wasm)
run registry push demo:1 "$far/demo:1"
expect_status 0
mv "$WHERRY_STORE" unused
export WHERRY_STORE=$TEST_DIR/none

start_proxy "GET /blobs/$blob 1 cut=1000000"
from=$PROXY
REGISTRY=$near start_proxy "PATCH /blobs/uploads/ 1 cut-upload=2000000"
run registry copy "$from/demo:1" "$PROXY/team/copy:1"
expect_status 0
expect_out "copied $PROXY/team/copy:1 $digest"
[[ ! -e $WHERRY_STORE ]] || fail "a store was made"
run registry pull --store pulled "$near/team/copy:1" --as demo:1
expect_status 0
expect_equal "$(tree_digest pulled/blobs)" "$(tree_digest unused/blobs)"

REGISTRY=$near start_proxy
run registry copy --json "$PROXY/team/copy:1" "$PROXY/team/again:2"
expect_status 0
expect_equal "$(grep -c '"step":"mounted"' <<<"$OUT")" 2
expect_equal "$(tail -n 1 <<<"$OUT")" "{\"event\":\"copied\",\"name\":\"$PROXY/team/again:2\",\"digest\":\"$digest\"}"
expect_equal "$(requests '^(PATCH|GET .*/blobs/)')" 0

# A source that lies is not copied.
REGISTRY=$far start_proxy "GET /blobs/$blob * corrupt"
run registry copy "$PROXY/demo:1" "$near/lie:1"
expect_status 1
expect_err_has "its content has another digest"
[[ $(curl -s -o /dev/null -w '%{http_code}' "http://$near/v2/lie/manifests/1") == 404 ]] || fail "it was named"
