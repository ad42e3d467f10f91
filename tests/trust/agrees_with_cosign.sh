#!/bin/bash
# cosign itself, the second version and the third, verifies what we sign and attest, with keys that either made; we
# verify what it signs, pull it under a trust policy and run it. Each refuses another's key.
source "$(dirname "$0")/lib.sh"
source "$WHERRY_SOURCE/tests/trust/registry.sh"
source "$WHERRY_SOURCE/tests/debian.sh"
start_own_registry
create_image_key release
create_image_key other
wherry keys export release -o release.pub
wherry keys export other -o other.pub
COSIGN_PASSWORD=$(cat "$TEST_DIR/passphrase")

# cosign ARGUMENT...: of the version in question; nothing is asked, and no log but the registry is spoken to.
cosign() { COSIGN_PASSWORD=$COSIGN_PASSWORD timeout 60 "$COSIGN" "$@"; }
verify() { cosign verify --insecure-ignore-tlog=true --key "$@"; }

# add_image REPOSITORY: one that differs from all others, by a custom section; its name with the digest is $IMAGE.
add_image() {
  mkdir -p app && write_module app/app.wasm
  printf "\\0\\x$(printf %x $((${#1} + 1)))\\x$(printf %x ${#1})%s" "$1" >>app/app.wasm
  wherry build app -t "$REGISTRY/$1:1" >/dev/null
  IMAGE=$REGISTRY/$1@$(wherry inspect "$REGISTRY/$1:1" --json | jq -r .digest)
}

# see_ours VERIFY_OPTION...: $IMAGE is ours, signed as `release`.
see_ours() {
  run verify release.pub "$@" "$IMAGE"
  expect_status 0
  expect_equal "$(jq -r '.[0].critical.image["docker-manifest-digest"]' <<<"$OUT")" "${IMAGE#*@}"
  run verify other.pub "$@" "$IMAGE"
  [[ $STATUS != 0 ]] || fail "cosign takes another key's signature"
}

# see_theirs PUBLIC_KEY: $IMAGE is signed by cosign; a policy asks for that, and then for another key.
see_theirs() {
  run wherry verify --remote "$IMAGE" --key "$1"
  expect_status 0
  run wherry verify --remote "$IMAGE" --key other.pub
  expect_status 1
  local store=$WHERRY_STORE
  export WHERRY_STORE=$TEST_DIR/fresh
  for key in "$1" other.pub; do
    rm -rf "$WHERRY_STORE"
    printf '[key.theirs]\nfile = "%s"\n[[rule]]\nkeys = ["theirs"]\n' "$PWD/$key" >"$POLICY"
    run wherry pull "$IMAGE"
    if [[ $key == "$1" ]]; then
      expect_status 0
      run wherry run "$IMAGE"
      expect_status 0
    else
      [[ $STATUS != 0 ]] || fail "pulled what another key has signed"
      [[ -z $(wherry images -q) ]] || fail "pulled: $(wherry images)"
    fi
  done
  rm "$POLICY"
  export WHERRY_STORE=$store
}

# Version 2 knows tags; 3 prefers bundles.
declare -A SUITE=([2]=trixie [3]=forky) FORM=([2]=tag [3]=bundle)
for version in 2 3; do
  debian_unpack "${SUITE[$version]}" cosign
  COSIGN=$DEBIAN_ROOT/usr/bin/cosign
  # What a release to come has is not known; its flags may be others.
  grep -q "^cosign_$version\." "$DEBIAN_ROOT/unpacked" || skip "${SUITE[$version]} has $(cat "$DEBIAN_ROOT/unpacked")"

  # Each form alone, so that the other cannot stand in.
  for form in tag bundle; do
    [[ $version$form == 2bundle ]] && continue
    new_format=()
    [[ $version$form == 3tag ]] && new_format=(--new-bundle-format=false)
    add_image "ours$version$form"
    sign_image "$IMAGE" release --form "$form"
    wherry push -q "$REGISTRY/ours$version$form:1"
    see_ours "${new_format[@]}"
  done

  # A key of theirs: they sign with it, and so do we once it is imported.
  cosign generate-key-pair --output-key-prefix "theirs$version" 2>/dev/null
  run wherry keys import "theirs$version" "theirs$version.key" --passphrase-file "$TEST_DIR/passphrase"
  expect_status 0
  add_image "imported$version"
  sign_image "$IMAGE" "theirs$version"
  wherry push -q "$REGISTRY/imported$version:1"
  run verify "theirs$version.pub" "$IMAGE"
  expect_status 0
  no_log=(--tlog-upload=false)
  ((version == 3)) && no_log+=(--use-signing-config=false)
  add_image "theirs$version"
  wherry push -q "$REGISTRY/theirs$version:1"
  run verify "theirs$version.pub" "$IMAGE"
  [[ $STATUS != 0 ]] || fail "cosign verifies what nobody has signed"
  cosign sign --yes --key "theirs$version.key" "${no_log[@]}" "$IMAGE" 2>"$TEST_DIR/cosign.log" || fail "$(cat "$TEST_DIR/cosign.log")"
  see_theirs "theirs$version.pub"
  run wherry verify --remote "$IMAGE" --key "theirs$version.pub" --json
  expect_equal "$(jq -r '.signatures[0].form' <<<"$OUT")" "${FORM[$version]}"
  # A key of ours: they sign with it.
  add_image "key$version"
  wherry push -q "$REGISTRY/key$version:1"
  cosign sign --yes --key "$XDG_CONFIG_HOME/wherry/keys/release.key" "${no_log[@]}" "$IMAGE" 2>"$TEST_DIR/cosign.log" ||
    fail "$(cat "$TEST_DIR/cosign.log")"
  see_theirs release.pub
done

# What a build attached, signed as an attestation: the SBOM (version 3; 2 does not look for bundles of images).
add_image attested
wherry attest "$REGISTRY/attested:1" --key release --passphrase-file "$TEST_DIR/passphrase" >/dev/null
wherry push -q "$REGISTRY/attested:1"
run cosign verify-attestation --insecure-ignore-tlog=true --type spdxjson --key release.pub "$IMAGE"
expect_status 0
expect_equal "$(jq -r '.payload | @base64d | fromjson | .predicate.spdxVersion' <<<"$OUT")" SPDX-2.3
run cosign verify-attestation --insecure-ignore-tlog=true --type spdxjson --key other.pub "$IMAGE"
[[ $STATUS != 0 ]] || fail "cosign takes another key's attestation"
