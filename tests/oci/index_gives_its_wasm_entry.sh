#!/bin/bash
# Of an image for several platforms, the one for WebAssembly is pulled; without one, the platforms are named.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
run registry push demo:1 "$REGISTRY/demo:wasm"
digest=${OUT##* }
size=$(curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$REGISTRY/v2/demo/manifests/wasm" | wc -c)
entry() { echo "{\"mediaType\":\"application/vnd.oci.image.manifest.v1+json\",\"digest\":\"$digest\",\"size\":$size,
  \"platform\":{\"os\":\"$1\",\"architecture\":\"$2\"}}"; }
index=application/vnd.oci.image.index.v1+json
echo "{\"schemaVersion\":2,\"mediaType\":\"$index\",\"manifests\":[$(entry linux amd64),$(entry wasip1 wasm)]}" >both.json
echo "{\"schemaVersion\":2,\"mediaType\":\"$index\",\"manifests\":[$(entry linux amd64),$(entry linux arm64)]}" >linux.json
upload_manifest demo both $index both.json
upload_manifest demo linux $index linux.json

run registry pull --store other "$REGISTRY/demo:both"
expect_status 0
expect_out "pulled $REGISTRY/demo:both $(digest_of both.json)"
expect_equal "$(WHERRY_STORE=other wherry inspect --json "$REGISTRY/demo:both" | jq -r .manifestDigest)" "$digest"
run registry pull --store other "$REGISTRY/demo:linux"
expect_status 1
expect_err_has "none of the index's platforms is WebAssembly (it has: linux/amd64, linux/arm64)"
