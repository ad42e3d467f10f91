#!/bin/bash
# wherry build signs what wherry.toml claims, when it is told by whose key: the same source and time give the same
# image, and the module in it runs by a policy that wants claims. Sources alone make nobody sign anything.
source "$(dirname "$0")/lib.sh"
wherry keys create team --kind account --no-passphrase >account
wherry keys create app --kind module --no-passphrase >module
mkdir source
# A module with sections' sizes as wasm-ld pads them: of the types (4 bytes), in five.
write_module plain.wasm
{ head -c 9 plain.wasm; printf '\x84\x80\x80\x80\0'; tail -c +11 plain.wasm; } >source/app.wasm
cat >source/wherry.toml <<T
name = "demo"
[claims]
module = "$(cat module)"
capabilities = ["wascc:http_server"]
tags = ["first"]
version = "1.2"
revision = 3
valid-days = 36500
T
cp -r source other
build() { SOURCE_DATE_EPOCH=$1 wherry build "$2" -t "$3" "${@:4}"; }
digest_of() { wherry images --json | jq -r ".[] | select(.name == \"$1\") | .digest"; }

run build 1700000000 source demo:1 --sign-claims team
expect_status 0
run wherry run demo:1
expect_status 0
claims=$(wherry inspect demo:1 --json | jq -c .claims)
expect_equal "$(jq -r '[.issuer, .subject, .name, .version, .expires] | join(" ")' <<<"$claims")" \
  "$(cat account) $(cat module) demo 1.2 2123-10-21T22:13:20Z"
expect_equal "$(jq -c '[.capabilities, .tags, .revision]' <<<"$claims")" '[["wascc:http_server"],["first"],3]'

# The same from another folder; another at another time.
build 1700000000 other demo:2 --sign-claims team >/dev/null
expect_equal "$(digest_of demo:2)" "$(digest_of demo:1)"
build 1700000001 source demo:3 --sign-claims team >/dev/null
[[ $(digest_of demo:3) != "$(digest_of demo:1)" ]] || fail "the time of signing is not in it"

# Everything but the claims is the module that was there, with its sizes in the fewest bytes.
blob=$WHERRY_STORE/blobs/sha256/$(wherry inspect demo:1 --json | jq -r .module.digest | cut -d: -f2)
cmp -n "$(stat -c %s plain.wasm)" plain.wasm "$blob"

# Who builds without the flag signs nothing, and is told.
run build 1700000000 source demo:4
expect_status 0
[[ $OUT == *"its claims not signed"* ]] || fail "$OUT"
expect_equal "$(wherry inspect demo:4 --json | jq .claims)" null
cat >"$POLICY" <<T
[key.team]
nkey = "$(cat account)"
[[rule]]
issuers = ["team"]
T
run wherry run demo:4
expect_status 126
expect_err_has "the module has none"
run wherry run demo:1
expect_status 0

# Nothing is built where they cannot be signed.
run build 1700000000 source demo:5 --sign-claims stranger
expect_status 1
expect_err_has "the claims of wherry.toml are not signed: no private key 'stranger'"
run build 1700000000 source demo:5 --sign-claims app
expect_status 1
expect_err_has "claims are signed by an account's key, not by a module's"
run build 1700000000 source demo:5 --sign-claims team --passphrase-file -
expect_status 2
sed -i '/claims/,$d' other/wherry.toml
run build 1700000000 other demo:5 --sign-claims team
expect_status 1
expect_err_has "wherry.toml has no [claims]"
expect_equal "$(digest_of demo:5)" ""
