#!/bin/bash
# A trust policy binds run: signatures by key, pinned digests, rejected names; the refusal names rule and key.
source "$(dirname "$0")/lib.sh"
create_image_key release
create_image_key other
wherry keys export release -o "$XDG_CONFIG_HOME/wherry/release.pub"
add_small_image demo:1
run wherry run demo:1
expect_status 0

cat >"$POLICY" <<T
[key.release]
file = "$XDG_CONFIG_HOME/wherry/release.pub"
[[rule]]
image = "demo:*"
keys = ["release"]
T
fingerprint=$(wherry keys list --json | jq -r '.[] | select(.name == "release") | .id')
run wherry run demo:1
expect_status 126
expect_err "wherry: error: demo:1 is not trusted: $POLICY:3 asks for a signature by key release ($fingerprint): it has no signature (wherry sign makes one)"
sign_image demo:1 other
run wherry run demo:1
expect_status 126
expect_err_has "none of its 2 signatures is good"
sign_image demo:1 release --form bundle
run wherry run demo:1
expect_status 0

# What no rule matches goes by the default.
write_module bare.wasm
run wherry run bare.wasm
expect_status 0
sed -i '1i default = "reject"' "$POLICY"
run wherry run bare.wasm
expect_status 126
expect_err_has "rejects what none of its rules names"

# Pinned to a digest that it has, and to another.
digest=$(wherry images --json | jq -r '.[0].digest')
printf '[[rule]]\ndigests = ["%s"]\n' "$digest" >"$POLICY"
run wherry run demo:1
expect_status 0
run wherry run bare.wasm
expect_status 126
expect_err_has "pins it to $digest"
printf '[[rule]]\naction = "reject"\n' >"$POLICY"
run wherry run demo:1
expect_status 126
expect_err_has "$POLICY:1 rejects it"

# A policy that is wrong, or that others can write, lets nothing pass.
echo 'rules = []' >"$POLICY"
run wherry run demo:1
expect_status 126
expect_err_has "unknown key 'rules'"
echo 'default = "accept"' >"$POLICY"
chmod 666 "$POLICY"
run wherry run demo:1
expect_status 126
expect_err_has "can be written by others"
