#!/bin/bash
# wherry copy takes an index with all its images, whatever they are for.
source "$(dirname "$0")/lib.sh"
start_registry near
near=$REGISTRY
start_registry far
far=$REGISTRY
oci=application/vnd.oci.image
printf '{}' >config.json
upload multi config.json
entries=()
for architecture in wasm amd64; do
  head -c 3000 /dev/urandom >layer
  upload multi layer
  printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"%s","digest":"%s","size":2},"layers":[{"mediaType":"%s","digest":"%s","size":3000}]}' \
    $oci.manifest.v1+json $oci.config.v1+json "$(digest_of config.json)" $oci.layer.v1.tar "$(digest_of layer)" >manifest.json
  upload_manifest multi $architecture $oci.manifest.v1+json manifest.json
  entries+=("$(printf '{"mediaType":"%s","digest":"%s","size":%d,"platform":{"os":"linux","architecture":"%s"}}' \
    $oci.manifest.v1+json "$(digest_of manifest.json)" "$(size_of manifest.json)" $architecture)")
done
printf '{"schemaVersion":2,"mediaType":"%s","manifests":[%s,%s]}' $oci.index.v1+json "${entries[@]}" >index.json
upload_manifest multi all $oci.index.v1+json index.json

run registry copy "$far/multi:all" "$near/copy:all"
expect_status 0
expect_out "copied $near/copy:all $(digest_of index.json)"
curl -fsS -H "Accept: $oci.index.v1+json" "http://$near/v2/copy/manifests/all" | cmp - index.json
curl -fsS -H "Accept: $oci.manifest.v1+json" "http://$near/v2/copy/manifests/$(digest_of manifest.json)" | cmp - manifest.json
curl -fsS "http://$near/v2/copy/blobs/$(digest_of layer)" | cmp - layer

# What is there already is not sent again.
REGISTRY=$near start_proxy
run registry copy "$far/multi:all" "$PROXY/copy:all"
expect_status 0
expect_equal "$(requests '^(POST|PATCH)')" 0
