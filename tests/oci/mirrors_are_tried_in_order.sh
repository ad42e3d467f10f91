#!/bin/bash
# Mirrors of registries.toml, in order: one that is down, one that has another thing under a digest, one that has it.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
wherry push -q demo:1 "$REGISTRY/cache/team/demo:1"
start_server <<'PYTHON'
    if "/manifests/" in path: return 200, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"}, b'{"schemaVersion":2}'
    return 404, {}, b""
PYTHON
mkdir -p "$HOME/.config/wherry"
cat >"$HOME/.config/wherry/registries.toml" <<TOML
[[registry]]
host = "registry.invalid"
mirrors = ["127.0.0.1:1", "$SERVER", "$REGISTRY/cache"]
TOML
digest=$(wherry images --json | jq -r '.[0].digest')
run wherry pull --store other -v "registry.invalid/team/demo:1@$digest"
expect_status 0
expect_err_has "mirror passed over: pulling 127.0.0.1:1/team/demo:1@$digest: "
expect_err_has "mirror passed over: pulling $SERVER/team/demo:1@$digest: the manifest's digest is"
expect_out "pulled registry.invalid/team/demo:1@$digest $digest"
run wherry pull --store third "registry.invalid/team/demo:1"
expect_status 0
[[ $ERR != *"mirror passed over"* ]] || fail "said without -v: $ERR"
# The registry itself comes last, and its error is the one that is told.
run wherry pull --store third "registry.invalid/none:1"
expect_status 1
expect_err_has "pulling registry.invalid/none:1: registry.invalid: "
