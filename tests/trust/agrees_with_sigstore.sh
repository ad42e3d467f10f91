#!/bin/bash
# Sigstore's own library (sigstore-js, of npm) verifies what we sign, in both forms; it signs and attaches to an image
# in our registry, and we verify that. Each refuses what was changed.
source "$(dirname "$0")/lib.sh"
source "$WHERRY_SOURCE/tests/trust/registry.sh"
source "$WHERRY_SOURCE/tests/npm.sh"
npm_install @sigstore/verify@2.1.1 @sigstore/sign@3.1.0 @sigstore/bundle@3.1.0 @sigstore/oci@0.5.0
start_own_registry
create_image_key release
wherry keys export release -o release.pub
add_small_image "$REGISTRY/app:1"
sign_image "$REGISTRY/app:1" release
wherry push -q "$REGISTRY/app:1"
digest=$(wherry inspect "$REGISTRY/app:1" --json | jq -r .digest)
fetch() { curl -fsS "$URL/v2/app/$1"; }

# Ours, as any client of the registry finds them: by tag, and as a referrer.
fetch "manifests/${digest/:/-}.sig" >tag_form
fetch "blobs/$(jq -r '.layers[0].digest' tag_form)" >payload
jq -er '.layers[0].annotations["dev.cosignproject.cosign/signature"]' tag_form >signature
bundle_type=application/vnd.dev.sigstore.bundle.v0.3+json
referrer=$(fetch "referrers/$digest?artifactType=$bundle_type" | jq -er '.manifests[0].digest')
fetch "blobs/$(fetch "manifests/$referrer" | jq -r '.layers[0].digest')" >bundle.json
cat >verify.js <<'JS'
const crypto = require('crypto'), fs = require('fs');
const { bundleFromJSON } = require('@sigstore/bundle');
const { Verifier, toSignedEntity, toTrustMaterial } = require('@sigstore/verify');
const [keyFile, bundleFile, artifactFile] = process.argv.slice(2);
const rawBytes = crypto.createPublicKey(fs.readFileSync(keyFile)).export({ type: 'spki', format: 'der' });
const hint = crypto.createHash('sha256').update(rawBytes).digest('base64');
const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
const verifier = new Verifier(toTrustMaterial(nobody, { [hint]: { rawBytes } }),
  { tlogThreshold: 0, ctlogThreshold: 0, tsaThreshold: 0 });
const bundle = bundleFromJSON(JSON.parse(fs.readFileSync(bundleFile)));
verifier.verify(toSignedEntity(bundle, artifactFile && fs.readFileSync(artifactFile)));
JS
verify() { NODE_PATH=$NODE_MODULES node verify.js "$@"; }
run verify release.pub bundle.json
expect_status 0
expect_equal "$(jq -r '.dsseEnvelope.payload | @base64d | fromjson | .subject[0].digest.sha256' bundle.json)" "${digest#*:}"
jq -c '.dsseEnvelope.payload |= (@base64d | sub("sign/v1"; "sign/v2") | @base64)' bundle.json >changed.json
run verify release.pub changed.json
expect_status 1
expect_err_has "signature verification failed"
# The library has no reader of the tag form: its signature is one of the payload's bytes.
hint=$(openssl pkey -pubin -in release.pub -outform DER | openssl dgst -sha256 -binary | base64)
jq -n --arg type "$bundle_type" --arg hint "$hint" --arg signature "$(cat signature)" \
  --arg digest "$(openssl dgst -sha256 -binary payload | base64)" '{mediaType: $type,
  verificationMaterial: {publicKey: {hint: $hint}},
  messageSignature: {messageDigest: {algorithm: "SHA2_256", digest: $digest}, signature: $signature}}' >message.json
run verify release.pub message.json payload
expect_status 0
run verify release.pub message.json tag_form
expect_status 1

# Theirs: a statement as cosign writes it, signed and attached by the library.
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out theirs.key
openssl pkey -in theirs.key -pubout -out theirs.pub
cat >sign.js <<'JS'
const crypto = require('crypto'), fs = require('fs');
const { DSSEBundleBuilder } = require('@sigstore/sign');
const { bundleToJSON } = require('@sigstore/bundle');
const { attachArtifactToImage } = require('@sigstore/oci');
const [keyFile, imageName, imageDigest, subject, predicateType] = process.argv.slice(2);
const key = crypto.createPrivateKey(fs.readFileSync(keyFile));
const publicKey = crypto.createPublicKey(key);
const hint = crypto.createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64');
const signer = { sign: async data => ({ signature: crypto.sign('sha256', data, key),
  key: { $case: 'publicKey', hint, publicKey: publicKey.export({ type: 'spki', format: 'pem' }) } }) };
const statement = { _type: 'https://in-toto.io/Statement/v1', predicateType, predicate: {},
  subject: [{ name: imageName, digest: { sha256: subject.slice(7) } }] };
(async () => {
  const bundle = await new DSSEBundleBuilder({ signer, witnesses: [] })
    .create({ data: Buffer.from(JSON.stringify(statement)), type: 'application/vnd.in-toto+json' });
  const type = 'application/vnd.dev.sigstore.bundle.v0.3+json';
  await attachArtifactToImage({ imageName, imageDigest, mediaType: type,
    artifact: Buffer.from(JSON.stringify(bundleToJSON(bundle))) });
})();
JS
attach() { NODE_PATH=$NODE_MODULES node sign.js theirs.key "$REGISTRY/app" "$digest" "$1" "$2"; }
export WHERRY_STORE=$TEST_DIR/other
# Of another image, and saying something else than that it is signed.
attach "sha256:$(printf other | sha256sum | cut -d' ' -f1)" https://sigstore.dev/cosign/sign/v1
attach "$digest" https://slsa.dev/provenance/v1
run wherry verify "$REGISTRY/app:1" --key theirs.pub
expect_status 1
expect_err_has "none of its 4 signatures is good"
attach "$digest" https://sigstore.dev/cosign/sign/v1
run wherry verify "$REGISTRY/app:1" --key theirs.pub
expect_status 0
[[ $OUT == *"attests https://slsa.dev/provenance/v1"* ]] || fail "$OUT"
cp theirs.pub "$XDG_CONFIG_HOME/wherry/theirs.pub"
printf '[key.theirs]\nfile = "%s"\n[[rule]]\nkeys = ["theirs"]\n' "$XDG_CONFIG_HOME/wherry/theirs.pub" >"$POLICY"
run wherry pull "$REGISTRY/app:1"
expect_status 0
run wherry run "$REGISTRY/app:1"
expect_status 0
