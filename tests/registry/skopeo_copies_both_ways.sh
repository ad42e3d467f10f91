#!/bin/bash
# skopeo as a client: an index with all its images in and out again, tags, deletion; the same bytes come back.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image source 1
cp manifest.json one.json
push_image source 2
echo "{\"schemaVersion\":2,\"mediaType\":\"$INDEX\",\"manifests\":[$(descriptor one.json $MANIFEST),$(descriptor manifest.json $MANIFEST)]}" >index.json
put_manifest source all index.json $INDEX
expect_code 201
plain=(--src-tls-verify=false --dest-tls-verify=false)
run skopeo copy -q --insecure-policy --all "${plain[@]}" "docker://$REGISTRY/source:all" oci:layout:all
expect_status 0
run skopeo copy -q --insecure-policy --all "${plain[@]}" oci:layout:all "docker://$REGISTRY/team/copy:all"
expect_status 0
run skopeo copy -q --insecure-policy --all "${plain[@]}" "docker://$REGISTRY/team/copy:all" "docker://$REGISTRY/third:all"
expect_status 0
for repository in team/copy third; do
  run skopeo inspect --raw --tls-verify=false "docker://$REGISTRY/$repository:all"
  expect_equal "$(printf %s "$OUT" | sha256sum)" "$(printf %s "$(cat index.json)" | sha256sum)"
done
run skopeo list-tags --tls-verify=false "docker://$REGISTRY/source"
expect_equal "$(jq -c .Tags <<<"$OUT")" '["1","2","all"]'
run skopeo delete --tls-verify=false "docker://$REGISTRY/third:all"
expect_status 0
api GET /v2/third/manifests/all
expect_code 404
