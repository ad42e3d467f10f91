#!/bin/bash
# skopeo reads our layout: the manifest as it is, and a copy to a registry that comes back identical.
source "$(dirname "$0")/lib.sh"
command -v skopeo >/dev/null || skip "no skopeo"
start_registry
add_image demo:1 >/dev/null
add_image 127.0.0.1:5000/team/demo:2 7 >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)

skopeo inspect --raw "oci:$WHERRY_STORE:demo:1" >raw.json
expect_equal "$(digest_of raw.json)" "$digest"
expect_equal "$(jq -r '.config.mediaType, .layers[].mediaType' raw.json | paste -sd' ')" \
  "application/vnd.wasm.config.v0+json application/wasm"
skopeo inspect --raw --config "oci:$WHERRY_STORE:demo:1" >config.json
expect_equal "$(jq -r '.architecture, .os, .layerDigests[0]' config.json | paste -sd' ')" \
  "wasm wasip1 $(jq -r '.layers[0].digest' raw.json)"
skopeo inspect --raw "oci:$WHERRY_STORE:127.0.0.1:5000/team/demo:2" >/dev/null

skopeo copy -q --dest-tls-verify=false "oci:$WHERRY_STORE:demo:1" "docker://$REGISTRY/demo:1"
run registry pull --store other "$REGISTRY/demo:1" --as demo:1
expect_status 0
expect_out "pulled demo:1 $digest"
