#!/bin/bash
# An image of tar layers is refused by the name of its form, and nothing of it is fetched or kept.
source "$(dirname "$0")/lib.sh"
start_registry
tar czf layer.tgz --files-from /dev/null
echo '{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}}' >config.json
upload plain layer.tgz
upload plain config.json
cat >manifest.json <<JSON
{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",
 "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"$(digest_of config.json)","size":$(size_of config.json)},
 "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"$(digest_of layer.tgz)","size":$(size_of layer.tgz)}]}
JSON
upload_manifest plain 1 application/vnd.oci.image.manifest.v1+json manifest.json
run registry pull -v "$REGISTRY/plain:1"
expect_status 1
expect_err_has "pulling $REGISTRY/plain:1: is an ordinary container image (layer 'application/vnd.oci.image.layer.v1.tar+gzip')"
[[ $ERR != *downloading* ]] || fail "fetched: $ERR"
expect_equal "$(find "$WHERRY_STORE/blobs" "$WHERRY_STORE/staging" -type f | wc -l)" 0
