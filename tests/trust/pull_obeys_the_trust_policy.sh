#!/bin/bash
# Signatures and the SBOM travel with their image; pull and load take what the policy trusts, and leave nothing else.
source "$(dirname "$0")/../oci/lib.sh"
source "$WHERRY_SOURCE/tests/trust/keys.sh"
start_registry
create_image_key release
wherry keys export release -o "$XDG_CONFIG_HOME/wherry/release.pub"
add_small_image "$REGISTRY/team/demo:1"
wherry push -q "$REGISTRY/team/demo:1"
add_small_image "$REGISTRY/team/signed:1"
sign_image "$REGISTRY/team/signed:1" release
wherry push -q "$REGISTRY/team/signed:1"
sbom=$(wherry attest "$REGISTRY/team/signed:1" --show)
[[ $(jq -r .spdxVersion <<<"$sbom") == SPDX-2.3 ]] || fail "$sbom"
[[ $(jq -r '.files[].fileName' <<<"$sbom") == ./app.wasm ]] || fail "$sbom"

cat >"$POLICY" <<T
[key.release]
file = "$XDG_CONFIG_HOME/wherry/release.pub"
[[rule]]
image = "$REGISTRY/team/**"
keys = ["release"]
T
export WHERRY_STORE="$TEST_DIR/other"
run wherry pull "$REGISTRY/team/demo:1" --as mine:1
expect_status 1
expect_err_has "$REGISTRY/team/demo:1 is not trusted: $POLICY:3 asks for a signature by key release"
run wherry images -q
expect_out ""
run wherry pull "$REGISTRY/team/signed:1"
expect_status 0
wherry save "$REGISTRY/team/signed:1" -o signed.tar
wherry save "$REGISTRY/team/signed:1" -o docker.tar --format docker

# An archive is held to the same.
export WHERRY_STORE="$TEST_DIR/third"
run wherry load -i docker.tar
expect_status 1
expect_err_has "$REGISTRY/team/signed:1 is not trusted: $POLICY:3 asks for a signature by key release"
run wherry images -q
expect_out ""
run wherry load -i signed.tar
expect_status 0
run wherry images -q
expect_out "$REGISTRY/team/signed:1"
run wherry verify "$REGISTRY/team/signed:1" --key release
expect_status 0
[[ $(wherry attest "$REGISTRY/team/signed:1" --show) == "$sbom" ]] || fail "another SBOM"
run wherry run "$REGISTRY/team/signed:1"
expect_status 0

# What is there and trusted costs one HEAD; what was signed since it was pulled is found.
start_proxy
sed -i "s|^image = .*|image = \"$PROXY/team/**\"|" "$POLICY"
run wherry pull "$PROXY/team/signed:1"
expect_status 0
: >"$PROXY_LOG"
run wherry pull "$PROXY/team/signed:1"
expect_status 0
expect_equal "$(cut -d' ' -f1,2 "$PROXY_LOG")" "HEAD /v2/team/signed/manifests/1"
mv "$POLICY" policy
export WHERRY_STORE="$TEST_DIR/third"
run wherry pull "$PROXY/team/demo:1"
expect_status 0
mv policy "$POLICY"
run wherry pull "$PROXY/team/demo:1"
expect_status 1
expect_err_has "asks for a signature by key release"
WHERRY_STORE="$TEST_DIR/store" sign_image "$REGISTRY/team/demo:1" release
WHERRY_STORE="$TEST_DIR/store" wherry push -q "$REGISTRY/team/demo:1"
run wherry pull "$PROXY/team/demo:1"
expect_status 0
run wherry run "$PROXY/team/demo:1"
expect_status 0
