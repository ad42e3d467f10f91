#!/bin/bash
# end-1, end-2, end-3: blobs and manifests by digest and tag, with their validators; what is not there is 404.
source "$(dirname "$0")/lib.sh"
serve_registry
api GET /v2/
expect_code 200
push_image team/demo 1
digest=$(digest_of manifest.json)
for method in GET HEAD; do
  for reference in 1 "$digest"; do
    api $method "/v2/team/demo/manifests/$reference"
    expect_code 200
    expect_field Content-Type "$MANIFEST"
    expect_field Docker-Content-Digest "$digest"
    expect_field ETag "\"$digest\""
    expect_field Content-Length "$(size_of manifest.json)"
    [[ $method == HEAD ]] || cmp "$TEST_DIR/body" manifest.json
  done
  api $method "/v2/team/demo/blobs/$(digest_of layer)"
  expect_code 200
  expect_field Docker-Content-Digest "$(digest_of layer)"
  expect_field Content-Length "$(size_of layer)"
  [[ $method == HEAD ]] || cmp "$TEST_DIR/body" layer
  for path in "blobs/$NO_DIGEST" "manifests/$NO_DIGEST" manifests/none manifests/.INVALID; do
    api $method "/v2/team/demo/$path"
    expect_code 404
  done
done
for path in "manifests/1|$digest" "blobs/$(digest_of layer)|$(digest_of layer)"; do
  api GET "/v2/team/demo/${path%|*}" -H "If-None-Match: \"${path#*|}\""
  expect_code 304
  [[ ! -s $TEST_DIR/body ]] || fail "304 with a body"
done
# Another repository has neither.
api GET "/v2/other/blobs/$(digest_of layer)"
expect_error 404 BLOB_UNKNOWN
api GET /v2/other/manifests/1
expect_error 404 MANIFEST_UNKNOWN
