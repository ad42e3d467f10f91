#!/bin/bash
# end-9, end-10: a tag alone, a manifest with its tags, a blob; each is 404 afterwards.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo a
put_manifest demo b manifest.json
put_manifest demo c manifest.json
digest=$(digest_of manifest.json)
api DELETE /v2/demo/manifests/a
expect_code 202
api GET /v2/demo/manifests/a
expect_error 404 MANIFEST_UNKNOWN
api GET /v2/demo/tags/list
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '["b","c"]'
api DELETE "/v2/demo/manifests/$digest"
expect_code 202
for reference in b c "$digest"; do
  for method in GET DELETE; do
    api $method "/v2/demo/manifests/$reference"
    expect_error 404 MANIFEST_UNKNOWN
  done
done
api GET /v2/demo/tags/list
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '[]'
api DELETE "/v2/demo/blobs/$(digest_of layer)"
expect_code 202
for method in GET DELETE; do
  api $method "/v2/demo/blobs/$(digest_of layer)"
  expect_error 404 BLOB_UNKNOWN
done
# Pushed again, it is there again.
push_image demo a
api GET /v2/demo/manifests/a
expect_code 200
