#!/bin/bash
# prune removes blobs that no manifest needs; with --untagged manifests too that no tag, index or subject leads to.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo 1
cp manifest.json image.json
push_image demo 2
cp manifest.json untagged.json
echo "{\"schemaVersion\":2,\"mediaType\":\"$INDEX\",\"manifests\":[$(descriptor image.json $MANIFEST)]}" >index.json
put_manifest demo both index.json $INDEX
make_manifest config layer "\"subject\":$(descriptor image.json $MANIFEST)" >signature.json
put_manifest demo "$(digest_of signature.json)" signature.json
api DELETE /v2/demo/manifests/1
api DELETE /v2/demo/manifests/2
echo loose >loose
push_blob demo loose
push_blob alone loose
stop_registry
run wherry-registryd prune --dir "$DIR"
expect_out "removed 0 blobs of 0 bytes, 0 manifests
left 2 that came within 24h, since a push may be about to refer to them (--min-age)"
run wherry-registryd prune --min-age 0 --dir "$DIR"
expect_out "removed 1 blobs of $(size_of loose) bytes, 0 manifests"
run wherry-registryd prune --min-age 0 --dir "$DIR" --untagged --dry-run
expect_out "would remove 1 blobs of $(size_of untagged.json) bytes, 1 manifests"
run wherry-registryd prune --min-age 0 --dir "$DIR" --untagged
expect_out "removed 1 blobs of $(size_of untagged.json) bytes, 1 manifests"
run wherry-registryd prune --min-age 0 --dir "$DIR" --untagged
expect_out "removed 0 blobs of 0 bytes, 0 manifests"
serve_registry
for digest in image.json index.json signature.json; do
  api GET "/v2/demo/manifests/$(digest_of $digest)"
  expect_code 200
done
api GET "/v2/demo/manifests/$(digest_of untagged.json)"
expect_code 404
api GET "/v2/demo/blobs/$(digest_of layer)"
expect_code 200
