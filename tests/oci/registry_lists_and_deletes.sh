#!/bin/bash
# Tags and referrers of docker-registry are listed; deletes say what it refuses.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
for tag in 1 2 latest; do wherry push -q demo:1 "$REGISTRY/team/demo:$tag"; done
run wherry tags "$REGISTRY/team/demo"
expect_out $'1\n2\nlatest'
expect_equal "$(wherry tags --json "$REGISTRY/team/demo" | jq -c .)" \
  "{\"name\":\"$REGISTRY/team/demo\",\"tags\":[\"1\",\"2\",\"latest\"]}"
run wherry tags "$REGISTRY/none"
expect_status 1
expect_err_has "tags of $REGISTRY/none: the registry answered HTTP 404"
run wherry tags demo
expect_err_has "names no registry"

# A referrer under the fallback tag, as any client without the end point leaves it.
digest=$(wherry images --json | jq -r '.[0].digest')
printf '{}' >empty
upload team/demo empty
cat >note.json <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","artifactType":"text/x-note",
"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"$(digest_of empty)","size":2},"layers":[],
"subject":{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"$digest","size":1}}
JSON
upload_manifest team/demo note application/vnd.oci.image.manifest.v1+json note.json
cat >index.json <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[
{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"$(digest_of note.json)","size":$(size_of note.json),"artifactType":"text/x-note"}]}
JSON
run wherry referrers "$REGISTRY/team/demo:1"
expect_status 0
expect_out ""
upload_manifest team/demo "${digest/:/-}" application/vnd.oci.image.index.v1+json index.json
run wherry referrers "$REGISTRY/team/demo:1"
expect_out "$(digest_of note.json)  text/x-note"
expect_equal "$(wherry referrers --json "$REGISTRY/team/demo@$digest" | jq -r '.referrers[0].artifactType, .subject')" \
  "text/x-note"$'\n'"$digest"

run wherry delete "$REGISTRY/team/demo:1"
expect_status 1
expect_err_has "deletes no tags"
expect_err_has "wherry delete $REGISTRY/team/demo@$digest"
run wherry delete "$REGISTRY/team/demo@$digest"
expect_status 0
run wherry pull "$REGISTRY/team/demo:1"
expect_err_has "HTTP 404"
run wherry delete "$REGISTRY/team/demo@$digest"
expect_status 1
expect_err_has "HTTP 404"

REGISTRY=127.0.0.1:$(free_port)
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "%s"}\n' \
  "$TEST_DIR/kept" "$REGISTRY" >kept.yml
start kept.log docker-registry serve kept.yml
wait_for 20 curl -fsS "http://$REGISTRY/v2/"
wherry push -q demo:1 "$REGISTRY/demo:1"
run wherry delete "$REGISTRY/demo@$digest"
expect_status 1
expect_err_has "deletes nothing"
expect_err_has "storage.delete.enabled"
