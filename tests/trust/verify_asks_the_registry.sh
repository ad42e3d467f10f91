#!/bin/bash
# An image that is not in the store is verified in its registry: its manifest and signatures are fetched, and no
# layer. The signature of an index covers the image in it.
source "$(dirname "$0")/lib.sh"
source "$WHERRY_SOURCE/tests/trust/registry.sh"
start_own_registry
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
curl -fsS -o manifest "$URL/v2/app/manifests/1"
write_index manifest >index
put index index many
run wherry verify "$REGISTRY/app:many" --key release
expect_status 0
run wherry verify "$REGISTRY/app:many" --key index.pub --json
expect_status 1
expect_err_has "; the index $(digest_of index): it has no signature"
sign_by_openssl index index.key
index=$(digest_of index)
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
