#!/bin/bash
# podman as a client, with a password: builds an image, pushes it, removes it, pulls it again.
source "$(dirname "$0")/lib.sh"
command -v podman >/dev/null || skip "podman is not installed"
htpasswd -nbB -C 5 ann secret >users
serve_registry --htpasswd users --anonymous-pull
pod() { podman --root "$TEST_DIR/podman" --runroot "$TEST_DIR/podman-run" --storage-driver vfs --events-backend none "$@"; }
echo content >file
echo 'FROM scratch
COPY file /file' >Containerfile
run pod build -q -t "$REGISTRY/team/demo:1" .
((STATUS == 0)) || skip "podman cannot build here: $ERR"
run pod push -q --tls-verify=false "$REGISTRY/team/demo:1"
((STATUS != 0)) || fail "pushed without a password"
run pod login --tls-verify=false --authfile auth.json -u ann -p wrong "$REGISTRY"
((STATUS != 0)) || fail "logged in with a wrong password"
run pod login --tls-verify=false --authfile auth.json -u ann -p secret "$REGISTRY"
expect_status 0
run pod push -q --tls-verify=false --authfile auth.json "$REGISTRY/team/demo:1"
expect_status 0
id=$(pod images -q --no-trunc)
pod rmi -f "$REGISTRY/team/demo:1" >/dev/null
# Anybody may pull.
run pod pull -q --tls-verify=false "$REGISTRY/team/demo:1"
expect_status 0
expect_equal "$(pod images -q --no-trunc)" "$id"
run pod search --tls-verify=false --list-tags "$REGISTRY/team/demo"
expect_status 0
[[ $OUT == *"team/demo"*1* ]] || fail "$OUT"
