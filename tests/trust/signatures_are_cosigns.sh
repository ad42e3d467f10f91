#!/bin/bash
# Both layouts of signatures are verified by other programs than ours: openssl, and node's crypto.
source "$(dirname "$0")/lib.sh"
create_image_key release
create_image_key other
wherry keys export release -o release.pub
add_small_image demo:1
run wherry verify demo:1 --key release
expect_status 1
expect_err_has "it has no signature"
sign_image demo:1 release
run wherry verify demo:1 --key release
expect_status 0
run wherry verify demo:1 --key other
expect_status 1
expect_err_has "none of its 2 signatures is good"
run wherry verify demo:1 --key ./release.pub --json
expect_status 0
digest=$(jq -r .digest <<<"$OUT")
[[ $(jq -c '[.signatures[].form]' <<<"$OUT") == '["tag","bundle"]' ]] || fail "$OUT"

blob() { echo "$WHERRY_STORE/blobs/sha256/${1#sha256:}"; }
attachment() { jq -r ".manifests[] | select(.annotations[\"dev.wherry.subject\"] == \"$digest\") | .digest" \
  "$WHERRY_STORE/index.json" | while read -r each; do jq -e "$1" "$(blob "$each")" >/dev/null && blob "$each"; done; true; }

# cosign's tag form: a payload that names the digest, and its signature.
tag_form=$(attachment '.layers[0].mediaType == "application/vnd.dev.cosign.simplesigning.v1+json"')
payload=$(blob "$(jq -r '.layers[0].digest' "$tag_form")")
jq -er '.layers[0].annotations["dev.cosignproject.cosign/signature"]' "$tag_form" | base64 -d >signature
openssl dgst -sha256 -verify release.pub -signature signature "$payload" || fail "openssl refuses it"
[[ $(jq -r '.critical.image["docker-manifest-digest"]' "$payload") == "$digest" ]] || fail "$(cat "$payload")"
[[ $(jq -r .critical.type "$payload") == "cosign container image signature" ]]
jq -e 'has("subject") | not' "$tag_form" >/dev/null || fail "the tag form has a subject"

# A sigstore bundle: DSSE around a statement about the digest.
bundle_manifest=$(attachment '.artifactType == "application/vnd.dev.sigstore.bundle.v0.3+json"')
[[ $(jq -r .subject.digest "$bundle_manifest") == "$digest" ]] || fail "$(cat "$bundle_manifest")"
bundle=$(blob "$(jq -r '.layers[0].digest' "$bundle_manifest")")
cat >verify.js <<'JS'
const crypto = require('crypto'), fs = require('fs');
const [bundlePath, keyPath, digest] = process.argv.slice(2);
const { dsseEnvelope, verificationMaterial } = JSON.parse(fs.readFileSync(bundlePath));
const key = crypto.createPublicKey(fs.readFileSync(keyPath));
const payload = Buffer.from(dsseEnvelope.payload, 'base64');
const type = dsseEnvelope.payloadType;
const signed = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
const good = crypto.verify('sha256', signed, key, Buffer.from(dsseEnvelope.signatures[0].sig, 'base64'));
const statement = JSON.parse(payload);
const hint = crypto.createHash('sha256').update(key.export({ type: 'spki', format: 'der' })).digest('base64');
process.exit(good && 'sha256:' + statement.subject[0].digest.sha256 === digest &&
  statement.predicateType === 'https://sigstore.dev/cosign/sign/v1' &&
  verificationMaterial.publicKey.hint === hint ? 0 : 1);
JS
node verify.js "$bundle" release.pub "$digest" || fail "node refuses $(cat "$bundle")"

# Signing again changes nothing; a second key's signature stands beside the first's.
before=$(sha256sum "$WHERRY_STORE/index.json")
sign_image demo:1 release
[[ $before == "$(sha256sum "$WHERRY_STORE/index.json")" ]] || fail "signed twice"
sign_image demo:1 other --form tag
for key in release other; do wherry verify demo:1 --key $key >/dev/null; done
run wherry inspect demo:1
[[ $OUT == *"signed by     release (tag)"* && $OUT == *"signed by     other (tag)"* ]] || fail "$OUT"

# An attestation is no signature, and says so.
wherry attest demo:1 --key release --passphrase-file "$TEST_DIR/passphrase" >/dev/null
run wherry inspect demo:1
[[ $OUT == *"attested by   release (https://spdx.dev/Document)"* ]] || fail "$OUT"

# A command line that asks for nothing that makes sense.
for verb in "verify demo:1" "verify" "verify demo:1 --claims app.wasm" "sign --key release" "attest demo:1" \
  "attest demo:1 --show --key release" "sign --claims app.wasm --key release" "keys export release --no-passphrase"; do
  run wherry $verb
  expect_status 2
  [[ $ERR == *" --help)" ]] || fail "$verb: $ERR"
done

# A wrong passphrase signs nothing.
printf 'wrong\n' >wrong
run wherry sign demo:1 --key release --passphrase-file wrong
expect_status 1
expect_err_has "wrong passphrase"
