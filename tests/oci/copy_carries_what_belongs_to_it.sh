#!/bin/bash
# wherry copy takes along signatures, SBOMs, and what belongs to those: between a registry that knows no subjects and one
# that does, both ways, and from an index. --no-referrers leaves them.
source "$(dirname "$0")/lib.sh"
start_registry
near=$REGISTRY
start "$TEST_DIR/far.log" wherry-registryd serve --dir "$TEST_DIR/far" --listen 127.0.0.1:0
wait_for 30 grep -q '^wherry: registry of' "$TEST_DIR/far.log"
far=$(sed -n 's|^wherry: registry of .* on http://||p' "$TEST_DIR/far.log")

add_image demo:1 >/dev/null
wherry push -q demo:1 "$near/demo:1"
image=$(store_tool find demo:1 | cut -d' ' -f2)
oci=application/vnd.oci.image.manifest.v1+json
printf '{}' >empty
# referrer NAME TYPE [SUBJECT]: NAME.json with the blob NAME, uploaded; without a subject nothing leads to it yet.
referrer() {
  printf %s "$1" >"$1"
  upload demo empty
  upload demo "$1"
  jq -n --arg type "$2" --arg oci $oci --arg empty "$(digest_of empty)" --arg layer "$(digest_of "$1")" \
    --argjson size "$(size_of "$1")" --arg subject "${3:-}" \
    '{schemaVersion: 2, mediaType: $oci, artifactType: $type,
      config: {mediaType: "application/vnd.oci.empty.v1+json", digest: $empty, size: 2},
      layers: [{mediaType: $type, digest: $layer, size: $size}]}
     + if $subject == "" then {} else {subject: {mediaType: $oci, digest: $subject, size: 1}} end' >"$1.json"
}
# list SUBJECT NAME: the index under the subject's tag.
list() {
  jq -n --arg oci $oci --arg digest "$(digest_of "$2.json")" --argjson size "$(size_of "$2.json")" \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [{mediaType: $oci, digest: $digest, size: $size, artifactType: "text/x-any"}]}' >index.json
  upload_manifest demo "$(digest_of "$2.json")" $oci "$2.json"
  upload_manifest demo "${1/:/-}" application/vnd.oci.image.index.v1+json index.json
}
referrer signature application/vnd.dev.cosign.simplesigning.v1+json
upload_manifest demo "${image/:/-}.sig" $oci signature.json
referrer sbom text/spdx+json "$image"
list "$image" sbom
referrer seal text/x-seal "$(digest_of sbom.json)"
list "$(digest_of sbom.json)" seal

# holds REGISTRY REPOSITORY: all of it, as it was.
holds() {
  run wherry referrers "$1/$2@$image"
  expect_equal "${OUT%% *}" "$(digest_of sbom.json)"
  run wherry referrers "$1/$2@$(digest_of sbom.json)"
  expect_equal "${OUT%% *}" "$(digest_of seal.json)"
  curl -fsS -H "Accept: $oci" "http://$1/v2/$2/manifests/${image/:/-}.sig" | cmp - signature.json
  for blob in signature sbom seal; do curl -fsS "http://$1/v2/$2/blobs/$(digest_of $blob)" | cmp - $blob; done
}
run wherry copy "$near/demo:1" "$far/copy/demo:2"
expect_status 0
expect_out "copied $far/copy/demo:2 $image"
holds "$far" copy/demo
run wherry tags "$far/copy/demo"
expect_out $'2\n'"${image/:/-}.sig"  # our own registry knows subjects, and needs no tag for them

# Back, beside what is there; and once more, which changes nothing.
run wherry copy "$far/copy/demo:2" "$near/back/demo:3"
expect_status 0
holds "$near" back/demo
run wherry copy "$far/copy/demo:2" "$near/back/demo:3"
expect_status 0
holds "$near" back/demo

run wherry copy --no-referrers "$near/demo:1" "$far/bare/demo:1"
expect_status 0
run wherry referrers "$far/bare/demo:1"
expect_out ""
run wherry tags "$far/bare/demo"
expect_out 1
# What was left behind comes with the next copy, though the image is there.
run wherry copy "$near/demo:1" "$far/bare/demo:1"
expect_status 0
holds "$far" bare/demo

# Of an index, what belongs to the images in it.
jq -n --arg digest "$image" --argjson size "$(size_of "$WHERRY_STORE/blobs/sha256/${image#sha256:}")" --arg oci $oci \
  '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json",
    manifests: [{mediaType: $oci, digest: $digest, size: $size, platform: {os: "wasip1", architecture: "wasm"}}]}' >many.json
upload_manifest demo many application/vnd.oci.image.index.v1+json many.json
run wherry copy "$near/demo:many" "$far/index/demo:1"
expect_status 0
holds "$far" index/demo
