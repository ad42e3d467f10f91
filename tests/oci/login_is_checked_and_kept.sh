#!/bin/bash
# Signing in to docker-registry with TLS and htpasswd: a wrong password is not kept, the right one is kept for its
# owner alone, used by push and pull, and read by skopeo. It shows nowhere.
source "$(dirname "$0")/lib.sh"
tls_authority ca
tls_certificate ca registry IP:127.0.0.1
secret='s3:cret word'
htpasswd -Bbn alice "$secret" >htpasswd
REGISTRY=127.0.0.1:$(free_port)
start_registry_with private "$REGISTRY" <<YML
http: {addr: "$REGISTRY", tls: {certificate: $PWD/registry.crt, key: $PWD/registry.key}}
auth: {htpasswd: {realm: private, path: $PWD/htpasswd}}
YML
add_image demo:1 >/dev/null
kept=$HOME/.docker/config.json

run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt
expect_status 1
expect_err_has "HTTP 401"
expect_err_has "it wants a login (wherry login $REGISTRY)"

login alice wrong "$REGISTRY" --ca-file ca.crt
expect_status 1
expect_err_has "login to $REGISTRY: $REGISTRY answered HTTP 401"
expect_err_has "alice from this login is not accepted"
[[ ! -e $kept ]] || fail "a wrong password was kept"

run wherry login -u alice -p "$secret" "$REGISTRY"
expect_status 2
expect_err_has "can be read by every user of this machine"
run wherry login --password-stdin "$REGISTRY"
expect_status 2
expect_err_has "--password-stdin needs -u USER"
run setsid wherry login -u alice "$REGISTRY"
expect_status 1
expect_err_has "--password-stdin"
run wherry login "http://$REGISTRY"
expect_err_has "plain HTTP"

login alice "$secret" "$REGISTRY" --ca-file ca.crt -q
expect_status 0
expect_out ""
expect_equal "$(stat -c %a "$kept")" 600
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt -v
expect_status 0
encoded=$(printf 'alice:%s' "$secret" | base64)
[[ $OUT$ERR != *"$secret"* && $OUT$ERR != *"$encoded"* ]] || fail "the log holds the password"
run wherry pull --store other "$REGISTRY/demo:1" --ca-file ca.crt
expect_status 0
mkdir certs && cp ca.crt certs/
skopeo inspect --raw --cert-dir certs "docker://$REGISTRY/demo:1" >/dev/null

# No program was started with it.
printf '%s' "$secret" | strace -f -s 4096 -e trace=execve -o execs wherry login -u alice --password-stdin \
  --ca-file ca.crt "$REGISTRY" >/dev/null || fail "login under strace"
grep -q wherry-registry execs || fail "strace saw nothing"
! grep -qF -e "$secret" -e "$encoded" execs || fail "the password stood on a command line"

run wherry logout "$REGISTRY"
expect_status 0
expect_out "logged out of $REGISTRY: $kept"
run wherry logout "$REGISTRY"
expect_status 1
expect_err_has "not logged in to $REGISTRY"
run wherry pull --store third "$REGISTRY/demo:1" --ca-file ca.crt
expect_status 1
expect_err_has "it wants a login"
