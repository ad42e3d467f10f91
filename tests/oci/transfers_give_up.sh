#!/bin/bash
# What does not pass ends after a bounded number of attempts, with the reason, and leaves the store as it was.
source "$(dirname "$0")/lib.sh"
start_registry
large_module app.wasm 2000000
store_tool add demo:1 app.wasm >/dev/null
blob=$(digest_of app.wasm)
run registry push demo:1 "$REGISTRY/demo:1"
expect_status 0
WHERRY_STORE=$TEST_DIR/other
add_image other:1 >/dev/null
before=$(tree_digest "$WHERRY_STORE")

while IFS='|' read -r rule said; do
  start_proxy "$rule"
  run registry pull --retries 1 "$PROXY/demo:1"
  expect_status 1
  expect_err_has "wherry: error: pulling $PROXY/demo:1: "
  expect_err_has "$said"
  expect_equal "$(tree_digest "$WHERRY_STORE")" "$before" "$rule"
  ls "$WHERRY_STORE/staging" | wc -l | grep -qx 0 || fail "$rule: files are left in staging"
done <<EOF_CASES
GET /blobs/$blob * status=503|HTTP 503
GET /manifests/ * status=429|it limits requests
GET /manifests/ * status=500|HTTP 500
GET /blobs/$blob * cut=0|127.0.0.1:
GET /blobs/$blob * corrupt|its content has another digest
GET /blobs/$blob * length=1000|1000 bytes came instead of
GET /blobs/$blob * status=401|HTTP 401
GET /blobs/$blob * status=429,Retry-After:100000|HTTP 429
GET /manifests/ * header=Docker-Content-Digest:sha256:$(printf '0%.0s' {1..64})|the manifest's digest is
EOF_CASES

# The registry's side: nothing is named that is not whole there.
count=0
while IFS='|' read -r rule said; do
  start_proxy "$rule"
  name=none$((++count))
  run registry push --retries 1 other:1 "$PROXY/$name:1"
  expect_status 1
  expect_err_has "wherry: error: pushing $PROXY/$name:1: "
  expect_err_has "$said"
  [[ $(curl -s -o /dev/null -w '%{http_code}' "http://$REGISTRY/v2/$name/manifests/1") == 404 ]] || fail "$rule: it was named"
done <<EOF_CASES
PUT /blobs/uploads/ * status=500|HTTP 500
POST /blobs/uploads/ * status=403|HTTP 403
PUT /manifests/ * status=500|HTTP 500
PUT /blobs/uploads/ * cut-upload=1|127.0.0.1:
EOF_CASES
# So do the verbs that move nothing, and where they are to try, they say that they do.
start_proxy "GET /tags/list 2 status=503"
run wherry tags --retries 0 "$PROXY/demo"
expect_status 1
expect_err_has "HTTP 503"
run wherry tags "$PROXY/demo"
expect_status 0
expect_out 1
expect_err_has "HTTP 503; trying again"
