#!/bin/bash
# An image that is not in the store is verified in its registry: its manifest and signatures are fetched, and no
# layer. The signature of an index covers the image in it.
source "$(dirname "$0")/lib.sh"
LOG=$TEST_DIR/server.log
start "$LOG" wherry-registryd serve --dir "$TEST_DIR/registry" --listen 127.0.0.1:0
wait_for 30 grep -q '^wherry: registry of' "$LOG"
URL=$(sed -n 's/^wherry: registry of .* on //p' "$LOG")
REGISTRY=${URL#*://}
create_image_key release
create_image_key other
add_small_image "$REGISTRY/app:1"
sign_image "$REGISTRY/app:1" release
wherry push -q "$REGISTRY/app:1"
read -r digest layer < <(wherry inspect "$REGISTRY/app:1" --json | jq -r '.digest + " " + .module.digest')
id_of() { wherry keys list --json | jq -r ".[] | select(.name == \"$1\") | .id"; }

export WHERRY_STORE=$TEST_DIR/empty
: >"$LOG"
run wherry verify "$REGISTRY/app:1" --key release
expect_status 0
expect_equal "$(head -1 <<<"$OUT")" "verified $REGISTRY/app:1 $digest by $(id_of release)"
expect_equal "$(grep -c '^  ' <<<"$OUT")" 2
grep -q "manifests/$digest\|manifests/1" "$LOG" || fail "nothing was asked: $(cat "$LOG")"
! grep -q "$layer" "$LOG" || fail "the module was fetched: $(cat "$LOG")"
expect_equal "$(wherry images -q)" ""
run wherry verify "$REGISTRY/app@$digest" --key release
expect_status 0
run wherry verify "$REGISTRY/app:1" --key other
expect_status 1
expect_err_has "$REGISTRY/app:1, in its registry: $digest: none of its 2 signatures is good"
run wherry verify "$REGISTRY/app:2" --key release
expect_status 1
run wherry verify app:1 --key release
expect_status 1
expect_err_has "no image"

# An index that a stranger's tool signed: openssl.
openssl ecparam -genkey -name prime256v1 -noout -out index.key
openssl ec -in index.key -pubout -out index.pub 2>/dev/null
digest_of() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
oci=application/vnd.oci.image
upload() { curl -fsS -o /dev/null --data-binary @"$1" "$URL/v2/app/blobs/uploads/?digest=$(digest_of "$1")"; }
put() { curl -fsS -o /dev/null -X PUT -H "Content-Type: $2" --data-binary @"$1" "$URL/v2/app/manifests/$3"; }
curl -fsS -o manifest "$URL/v2/app/manifests/1"
printf '{"schemaVersion":2,"mediaType":"%s.index.v1+json","manifests":[{"mediaType":"%s.manifest.v1+json","digest":"%s","size":%s,"platform":{"os":"wasip1","architecture":"wasm"}}]}' \
  $oci $oci "$digest" "$(stat -c %s manifest)" >index
put index $oci.index.v1+json many
run wherry verify "$REGISTRY/app:many" --key release
expect_status 0
run wherry verify "$REGISTRY/app:many" --key index.pub --json
expect_status 1
expect_err_has "; the index $(digest_of index): it has no signature"
printf '{"critical":{"identity":{"docker-reference":""},"image":{"docker-manifest-digest":"%s"},"type":"cosign container image signature"},"optional":null}' \
  "$(digest_of index)" >payload
printf '{}' >config
upload payload && upload config
printf '{"schemaVersion":2,"mediaType":"%s.manifest.v1+json","config":{"mediaType":"%s.config.v1+json","digest":"%s","size":2},"layers":[{"mediaType":"application/vnd.dev.cosign.simplesigning.v1+json","digest":"%s","size":%s,"annotations":{"dev.cosignproject.cosign/signature":"%s"}}]}' \
  $oci $oci "$(digest_of config)" "$(digest_of payload)" "$(stat -c %s payload)" \
  "$(openssl dgst -sha256 -sign index.key payload | base64 -w0)" >signature
index=$(digest_of index)
put signature $oci.manifest.v1+json "${index/:/-}.sig"
run wherry verify "$REGISTRY/app:many" --key index.pub --json
expect_status 0
expect_equal "$(jq -r '[.digest, .index] | join(" ")' <<<"$OUT")" "$digest $index"
run wherry verify "$REGISTRY/app:1" --key index.pub
expect_status 1

# What the store has is looked for there, unless the registry is asked for.
wherry pull -q "$REGISTRY/app:1"
kill "$PID"
wait "$PID" 2>/dev/null || true
run wherry verify "$REGISTRY/app:1" --key release
expect_status 0
run wherry verify "$REGISTRY/app:1" --key release --remote
expect_status 1
