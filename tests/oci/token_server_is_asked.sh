#!/bin/bash
# docker-registry with token authentication: anonymous pulls, rights by scope, an identity token in the password's
# place. No token shows in a log.
source "$(dirname "$0")/lib.sh"
openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=tokens -keyout tokens.key -out tokens.crt 2>/dev/null
token_port=$(free_port)
start tokens.log python3 "$(dirname "$0")/token_server.py" "$token_port" tokens.key tokens.crt asked
wait_for 20 curl -fsS "http://127.0.0.1:$token_port/token"
REGISTRY=127.0.0.1:$(free_port)
start_registry_with tokens "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {token: {realm: "http://127.0.0.1:$token_port/token", service: registry, issuer: test, rootcertbundle: $PWD/tokens.crt}}
YML
add_image demo:1 >/dev/null

run wherry push demo:1 "$REGISTRY/open/demo:1"
expect_status 1
expect_err_has "it wants a login (wherry login $REGISTRY)"
login alice wrong "$REGISTRY"
expect_status 1
expect_err_has "HTTP 401: wrong user or password (UNAUTHORIZED); alice from this login is not accepted"
[[ ! -e $HOME/.docker ]] || fail "something was kept"

login alice secret "$REGISTRY"
expect_status 0
expect_equal "$(jq -r ".auths[\"$REGISTRY\"].identitytoken" "$HOME/.docker/config.json")" identity-1
! grep -q "$(printf 'alice:secret' | base64)" "$HOME/.docker/config.json" || fail "the password was kept as well"

: >asked
run wherry push demo:1 "$REGISTRY/open/demo:1" -v
expect_status 0
[[ $OUT$ERR != *identity-1* && $OUT$ERR != *eyJ* ]] || fail "the log holds a token"
grep -q '^POST alice repository:open/demo:pull,push$' asked || fail "asked: $(cat asked)"
(($(wc -l <asked) <= 2)) || fail "asked too often: $(cat asked)"

run wherry push demo:1 "$REGISTRY/private/demo:1"
expect_status 0
run wherry tags "$REGISTRY/private/demo"
expect_out 1

wherry logout -q "$REGISTRY"
: >asked
run wherry pull --store other "$REGISTRY/open/demo:1"
expect_status 0
expect_equal "$(sort -u asked)" "GET - repository:open/demo:pull"
run wherry pull --store third "$REGISTRY/private/demo:1"
expect_status 1
expect_err_has "it wants a login"
[[ ! -e third/index.json ]] || expect_equal "$(jq -c .manifests third/index.json)" "[]"

# An identity token that is no longer known.
jq -n --arg key "$REGISTRY" '{auths: {($key): {identitytoken: "identity-0"}}}' >"$HOME/.docker/config.json"
run wherry tags "$REGISTRY/open/demo"
expect_status 1
expect_err_has "HTTP 400: unknown identity token; the token from $HOME/.docker/config.json is not accepted"
[[ $ERR != *identity-0* ]] || fail "the message holds the token"
