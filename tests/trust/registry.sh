# Our own registry, and what others than we put into it: manifests, indexes, signatures by openssl; behind lib.sh.
# Its address is $REGISTRY, its log $LOG, its process $PID.
start_own_registry() {
  LOG=$TEST_DIR/server.log
  start "$LOG" wherry-registryd serve --dir "$TEST_DIR/registry" --listen 127.0.0.1:0
  wait_for 30 grep -q '^wherry: registry of' "$LOG"
  URL=$(sed -n 's/^wherry: registry of .* on //p' "$LOG")
  REGISTRY=${URL#*://}
}

digest_of() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
descriptor() { printf '"mediaType":"%s","digest":"%s","size":%s' "$1" "$(digest_of "$2")" "$(stat -c %s "$2")"; }
OCI=application/vnd.oci.image

# Into the repository `app`: upload FILE, a blob; put FILE manifest|index TAG.
upload() { curl -fsS -o /dev/null --data-binary @"$1" "$URL/v2/app/blobs/uploads/?digest=$(digest_of "$1")"; }
put() { curl -fsS -o /dev/null -X PUT -H "Content-Type: $OCI.$2.v1+json" --data-binary @"$1" "$URL/v2/app/manifests/$3"; }

# write_index MANIFEST: an index of one image for WebAssembly.
write_index() {
  printf '{"schemaVersion":2,"mediaType":"%s.index.v1+json","manifests":[{%s,"platform":{"os":"wasip1","architecture":"wasm"}}]}' \
    $OCI "$(descriptor $OCI.manifest.v1+json "$1")"
}

# sign_by_openssl FILE KEY: puts a signature of this manifest or index in cosign's tag form.
sign_by_openssl() {
  printf '{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}' \
    "$(digest_of "$1")" >payload
  printf '{}' >config
  upload payload && upload config
  printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{%s},"layers":[{%s,"annotations":{"dev.cosignproject.cosign/signature":"%s"}}]}' \
    $OCI "$(descriptor $OCI.config.v1+json config)" \
    "$(descriptor application/vnd.dev.cosign.simplesigning.v1+json payload)" \
    "$(openssl dgst -sha256 -sign "$2" payload | base64 -w0)" >signature
  local digest; digest=$(digest_of "$1")
  put signature manifest "${digest/:/-}.sig"
}
