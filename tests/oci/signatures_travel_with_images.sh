#!/bin/bash
# What belongs to an image comes with a pull and goes with a push: cosign's tag, and a referrer under the fallback tag.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
wherry push -q demo:1 "$REGISTRY/demo:1"
digest=$(wherry images --json | jq -r '.[0].digest')
oci=application/vnd.oci.image.manifest.v1+json
printf '{}' >empty
printf 'signed' >payload
upload demo empty
upload demo payload
manifest_of() { # LAYER_TYPE MORE_MEMBERS
  printf '{"schemaVersion":2,"mediaType":"%s","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"%s","size":2},' \
    "$oci" "$(digest_of empty)"
  printf '"layers":[{"mediaType":"%s","digest":"%s","size":6}]%s}' "$1" "$(digest_of payload)" "$2"
}
manifest_of application/vnd.dev.cosign.simplesigning.v1+json "" >sig.json
manifest_of text/x-note ",\"artifactType\":\"text/x-note\",\"subject\":{\"mediaType\":\"$oci\",\"digest\":\"$digest\",\"size\":1}" >note.json
upload_manifest demo "${digest/:/-}.sig" "$oci" sig.json
upload_manifest demo note "$oci" note.json
printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[{"mediaType":"%s","digest":"%s","size":%s,"artifactType":"text/x-note"}]}' \
  "$oci" "$(digest_of note.json)" "$(size_of note.json)" >index.json
upload_manifest demo "${digest/:/-}" application/vnd.oci.image.index.v1+json index.json

export WHERRY_STORE=$PWD/second
run wherry pull "$REGISTRY/demo:1"
expect_status 0
run wherry push "$REGISTRY/demo:1" "$REGISTRY/copy/demo:2"
expect_status 0
run wherry referrers "$REGISTRY/copy/demo:2"
expect_out "$(digest_of note.json)  text/x-note"
curl -fsS -H "Accept: $oci" "http://$REGISTRY/v2/copy/demo/manifests/${digest/:/-}.sig" | cmp - sig.json
run wherry tags "$REGISTRY/copy/demo"
expect_out $'2\n'"${digest/:/-}"$'\n'"${digest/:/-}.sig"

# What came since the image was pulled is fetched when it is asked for.
manifest_of text/x-late ",\"artifactType\":\"text/x-late\",\"subject\":{\"mediaType\":\"$oci\",\"digest\":\"$digest\",\"size\":1}" >late.json
upload_manifest demo "${digest/:/-}.att" "$oci" late.json
attached() { jq -r '.manifests[] | select(.annotations["dev.wherry.subject"]) | .artifactType' "$WHERRY_STORE/index.json"; }
run wherry pull "$REGISTRY/demo:1"
expect_status 0
expect_equal "$(attached | grep -c late)" 0
run wherry pull --referrers "$REGISTRY/demo:1"
expect_status 0
expect_equal "$(attached | grep -c late)" 1

# Without them there is no image: a policy may ask for them.
curl -fsS -X DELETE "http://$REGISTRY/v2/demo/blobs/$(digest_of payload)"
export WHERRY_STORE=$PWD/third
run wherry pull "$REGISTRY/demo:1"
expect_status 1
expect_err_has "what belongs to it, ${digest/:/-}.sig: the registry answered HTTP 404"
expect_equal "$(wherry images -q)" ""
