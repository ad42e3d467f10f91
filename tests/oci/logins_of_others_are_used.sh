#!/bin/bash
# Who has signed in with podman or skopeo has signed in with wherry, and the other way round.
source "$(dirname "$0")/lib.sh"
htpasswd -Bbn alice secret >htpasswd
REGISTRY=127.0.0.1:$(free_port)
start_registry_with private "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {htpasswd: {realm: private, path: $PWD/htpasswd}}
YML
add_image demo:1 >/dev/null

# Ours, read by skopeo and podman.
login alice secret "$REGISTRY"
expect_status 0
expect_out "logged in to $REGISTRY as alice; kept in $HOME/.docker/config.json"
run wherry push demo:1 "$REGISTRY/team/demo:1"
expect_status 0
skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/team/demo:1" >/dev/null
expect_equal "$(podman login --get-login --authfile "$HOME/.docker/config.json" "$REGISTRY")" alice
wherry logout -q --all

# Theirs, read by us: skopeo's in a named file, podman's in its own.
export REGISTRY_AUTH_FILE=$PWD/auth.json
skopeo login --tls-verify=false -u alice -p secret "$REGISTRY" >/dev/null
run wherry tags "$REGISTRY/team/demo"
expect_out 1
run wherry logout "$REGISTRY"
expect_status 0
! skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/team/demo:1" 2>/dev/null >&2 || fail "skopeo is still signed in"
unset REGISTRY_AUTH_FILE
export XDG_RUNTIME_DIR=$PWD/run
mkdir -p run/containers
podman login --tls-verify=false -u alice -p secret "$REGISTRY" >/dev/null
[[ -s run/containers/auth.json ]] || fail "podman keeps its logins elsewhere"
run wherry tags "$REGISTRY/team/demo"
expect_out 1

# A namespace's login goes before its registry's, as podman has it.
login nobody wrong "$REGISTRY/team"
expect_status 1
jq --arg key "$REGISTRY/team" '.auths[$key] = {auth: "bm9ib2R5Ondyb25n"}' run/containers/auth.json >x && mv x run/containers/auth.json
run wherry tags "$REGISTRY/team/demo"
expect_status 1
expect_err_has "nobody from $PWD/run/containers/auth.json is not accepted"
