#!/bin/bash
# Tokens that are over before the transfer is, earlier than was promised: each is asked for anew, and the transfer goes on.
source "$(dirname "$0")/lib.sh"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=tokens -keyout tokens.key -out tokens.crt 2>/dev/null
token_port=$(free_port)
# Docker's registry allows a minute more: they are good for two to three seconds.
start tokens.log python3 "$(dirname "$0")/token_server.py" "$token_port" tokens.key tokens.crt asked -57
wait_for 20 curl -fsS "http://127.0.0.1:$token_port/token"
REGISTRY=127.0.0.1:$(free_port)
start_registry_with tokens "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {token: {realm: "http://127.0.0.1:$token_port/token", service: registry, issuer: test, rootcertbundle: $PWD/tokens.crt}}
YML
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)
blob=$(digest_of app.wasm)
mkdir -p "$HOME/.docker"

# The upload of the large blob comes when the token is over.
start_proxy "PATCH /blobs/uploads/ 1 delay=3.5" \
  "GET /blobs/$blob 1 cut=1000000" "GET /blobs/$blob 1 delay=3.5"
jq -n --arg key "$PROXY" '{auths: {($key): {auth: ("alice:secret" | @base64)}}}' >"$HOME/.docker/config.json"
: >asked
run wherry push demo:1 "$PROXY/private/demo:1"
expect_status 0
expect_out "pushed $PROXY/private/demo:1 $digest"
(($(requests ' 401$') >= 2)) || fail "no token ran out: $(cat "$PROXY_LOG")"
(($(wc -l <asked) >= 2)) || fail "asked: $(cat asked)"

# The download is cut, and what goes on with it comes too late as well.
run wherry pull --store pulled "$PROXY/private/demo:1"
expect_status 0
expect_out "pulled $PROXY/private/demo:1 $digest"
expect_equal "$(requests "^GET /v2/private/demo/blobs/$blob .*bytes=1000000- 401$")" 1
expect_equal "$(requests "^GET /v2/private/demo/blobs/$blob .*bytes=1000000- 206$")" 1
cmp "pulled/blobs/sha256/${blob#sha256:}" app.wasm
