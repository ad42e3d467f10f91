#!/bin/bash
# Our own client and our own registry: push, pull into another store, and nothing differs.
source "$(dirname "$0")/lib.sh"
start "$TEST_DIR/server.log" wherry registry serve --dir "$DIR" --listen 127.0.0.1:0
wait_for 30 grep -q '^wherry: registry of' "$TEST_DIR/server.log"
REGISTRY=$(sed -n 's/^wherry: registry of .* on http:\/\///p' "$TEST_DIR/server.log")
echo '(module (func (export "_start")))' >app.wat
run wherry build -q app.wat -t demo:1
((STATUS == 0)) || { mkdir app && mv app.wat app && wherry build app -t demo:1 >/dev/null; }
run wherry push demo:1 "$REGISTRY/team/demo:1"
expect_status 0
run wherry pull --store other "$REGISTRY/team/demo:1"
expect_status 0
expect_equal "$(tree_digest other/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"
# Again: everything is there already.
run wherry push demo:1 "$REGISTRY/team/demo:1"
expect_status 0
WHERRY_STORE=$PWD/other run wherry run "$REGISTRY/team/demo:1"
expect_status 0
