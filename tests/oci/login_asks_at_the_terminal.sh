#!/bin/bash
# The password is typed at the terminal and not shown there; an interrupt ends it.
source "$(dirname "$0")/lib.sh"
htpasswd -Bbn alice secret >htpasswd
REGISTRY=127.0.0.1:$(free_port)
start_registry_with private "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {htpasswd: {realm: private, path: $PWD/htpasswd}}
YML
login() {
  run timeout 60 python3 "$WHERRY_SOURCE/tests/terminal.py" shown "user: " $'alice\n' hidden "password: " "$1" \
    -- wherry login "$REGISTRY"
}
login $'secret\n'
expect_status 0
[[ $OUT == *"logged in"* && $OUT != *secret* ]] || fail "showed $OUT"
grep -q '"auth"' "$HOME/.docker/config.json" || fail "not kept"
rm "$HOME/.docker/config.json"
login $'\x03'
[[ $STATUS == 1 || $STATUS == 130 ]] || fail "exit code $STATUS after an interrupt: $OUT"
[[ ! -e $HOME/.docker/config.json ]] || fail "kept after an interrupt"
