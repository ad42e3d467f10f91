#!/bin/bash
# The form of wasm-to-oci and Krustlet, as another client pushed it: config {}, no mediaType in the manifest.
source "$(dirname "$0")/lib.sh"
start_registry
echo '(module)' | wat app.wasm
printf '{}' >config.json
upload old app.wasm
upload old config.json
cat >manifest.json <<JSON
{"schemaVersion":2,"config":{"mediaType":"application/vnd.wasm.config.v1+json",
 "digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a","size":2},
 "layers":[{"mediaType":"application/vnd.wasm.content.layer.v1+wasm","digest":"$(digest_of app.wasm)",
 "size":$(size_of app.wasm),"annotations":{"org.opencontainers.image.title":"app.wasm"}}]}
JSON
upload_manifest old 1 application/vnd.oci.image.manifest.v1+json manifest.json

run registry pull "$REGISTRY/old:1" --as old:1
expect_status 0
expect_out "pulled old:1 $(digest_of manifest.json)"
cmp app.wasm "$(store_tool find old:1 | cut -d' ' -f3)"
