#!/bin/bash
# end-7: what a manifest refers to has to be there; its digest, type, form and size are held to the rules.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo 1
echo gone >gone
make_manifest config gone >dangling.json
put_manifest demo 2 dangling.json
expect_error 400 MANIFEST_BLOB_UNKNOWN
# There, and in another repository alone: that is not here.
push_blob other gone
put_manifest demo 2 dangling.json
expect_error 400 MANIFEST_BLOB_UNKNOWN
sed "s/\"size\":$(size_of layer)/\"size\":999/" manifest.json >lying.json
put_manifest demo 2 lying.json
expect_error 400 MANIFEST_INVALID
echo '{"schemaVersion":2' >broken.json
put_manifest demo 2 broken.json
expect_error 400 MANIFEST_INVALID
put_manifest demo 2 manifest.json $INDEX
expect_error 400 MANIFEST_INVALID
put_manifest demo 2 manifest.json text/plain
expect_error 400 MANIFEST_INVALID
jq -c 'del(.mediaType)' manifest.json >typeless.json
put_manifest demo 2 typeless.json application/json
expect_error 415 MANIFEST_INVALID
put_manifest demo "$(digest_of layer)" manifest.json
expect_error 400 DIGEST_INVALID
put_manifest demo sha256:totallywrong manifest.json
expect_error 400 DIGEST_INVALID
put_manifest demo .wrong manifest.json
expect_error 400 MANIFEST_INVALID
echo "{\"schemaVersion\":2,\"mediaType\":\"$INDEX\",\"manifests\":[$(descriptor layer $MANIFEST)]}" >index.json
put_manifest demo 2 index.json $INDEX
expect_error 400 MANIFEST_BLOB_UNKNOWN
echo "{\"schemaVersion\":2,\"mediaType\":\"$INDEX\",\"manifests\":[$(descriptor manifest.json $MANIFEST)]}" >index.json
put_manifest demo 2 index.json $INDEX
expect_code 201
# Digests of sha512, wherever one stands: nothing here could be held to it.
sha512=sha512:$(sha512sum <layer | cut -d' ' -f1)
for path in .layers[0] .config .subject .manifests[0]; do
  jq -c "$path.mediaType = \"$MANIFEST\" | $path.size = 1 | $path.digest = \"$sha512\"" \
    "$([[ $path == .manifests* ]] && echo index.json || echo manifest.json)" >longer.json
  put_manifest demo 4 longer.json "$(jq -r .mediaType longer.json)"
  expect_error 400 MANIFEST_INVALID
  jq -e '.errors[0].message | contains("is not sha256:")' "$TEST_DIR/body" >/dev/null || fail "$(body)"
done
put_manifest demo "$sha512" manifest.json
expect_error 400 DIGEST_INVALID
for path in blobs manifests referrers; do
  api GET "/v2/demo/$path/$sha512"
  expect_error 400 DIGEST_INVALID
done
head -c $((4 * 1024 * 1024 + 1)) /dev/zero | tr '\0' ' ' >large.json
put_manifest demo 3 large.json
expect_error 413 SIZE_INVALID
{ head -c $((4 * 1024 * 1024 - $(size_of manifest.json))) /dev/zero | tr '\0' ' '; cat manifest.json; } >fits.json
put_manifest demo 3 fits.json
expect_code 201
api GET /v2/demo/manifests/3
cmp "$TEST_DIR/body" fits.json
api GET /v2/demo/tags/list
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '["1","2","3"]'
