#!/bin/bash
# A large blob arrives whole over whatever leads to it: redirects, proxies, TLS, a sign-in, answers that do not say how
# long they are. Where its bytes can go straight to the store, it is asked for once.
source "$(dirname "$0")/lib.sh"
start_registry
large_module app.wasm 3000000
store_tool add demo:1 app.wasm >/dev/null
blob=$(digest_of app.wasm)
registry push -q demo:1 "$REGISTRY/demo:1"

# see_pull TIMES IMAGE FLAGS...: it comes whole, and the blob was asked for so often.
see_pull() {
  local times=$1
  shift
  run registry pull --store pulled --as demo:1 "$@"
  expect_status 0
  expect_equal "$(tree_digest pulled/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"
  rm -r pulled
  expect_equal "$(requests "GET .*$blob")" "$times"
}

start_proxy
see_pull 1 "$PROXY/demo:1"
start_proxy "GET /blobs/$blob * chunked"
see_pull 2 "$PROXY/demo:1"
start_proxy "GET /blobs/$blob 1 status=307,Location:http://$REGISTRY/v2/demo/blobs/$blob"
see_pull 1 "$PROXY/demo:1"
start_proxy "GET /blobs/$blob 1 status=500" "GET /blobs/$blob 1 corrupt"
run registry pull --store pulled "$PROXY/demo:1"
expect_status 1
expect_err_has "its content has another digest"
expect_equal "$(ls pulled/blobs/sha256 pulled/staging)" $'pulled/blobs/sha256:\n\npulled/staging:'
rm -r pulled

# A proxy for http:// sends the request itself.
start_proxy
http_proxy=http://$PROXY see_pull 1 registry.test:5000/demo:1 --plain-http
expect_equal "$(requests '^GET http://registry.test:5000/v2/demo/manifests/1 ')" 1

# One for https:// passes on what it cannot read. The registry wants to know who asks, every time.
htpasswd -Bbn ann secret >htpasswd
tls_authority ca
tls_certificate ca server DNS:registry.test
address=127.0.0.1:$(free_port)
start_registry_with signed "$address" <<YML
http: {addr: "$address", tls: {certificate: $PWD/server.crt, key: $PWD/server.key}}
auth: {htpasswd: {realm: test, path: $PWD/htpasswd}}
YML
start_proxy
export https_proxy=http://$PROXY
login ann secret registry.test:5001 --ca-file ca.crt
expect_status 0
run registry push -q demo:1 registry.test:5001/demo:1 --ca-file ca.crt
expect_status 0
see_pull 0 registry.test:5001/demo:1 --ca-file ca.crt
[[ $(requests '^CONNECT registry.test:5001 ') -ge 3 ]] || fail "$(cat "$PROXY_LOG")"
