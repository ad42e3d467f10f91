#!/bin/bash
# What signs or pins an index counts for the image in it: for pull, load and run, whoever signed. Who signs a name that
# stands for an index signs that, as cosign does, and the images in it, which podman looks at.
source "$(dirname "$0")/lib.sh"
source "$WHERRY_SOURCE/tests/trust/registry.sh"
start_own_registry
openssl ecparam -genkey -name prime256v1 -noout -out index.key
openssl ec -in index.key -pubout -out "$XDG_CONFIG_HOME/wherry/index.pub" 2>/dev/null
add_small_image "$REGISTRY/app:1"
wherry push -q "$REGISTRY/app:1"
curl -fsS -o manifest "$URL/v2/app/manifests/1"
write_index manifest >index
put index index many

cat >"$POLICY" <<T
[key.index]
file = "$XDG_CONFIG_HOME/wherry/index.pub"
[[rule]]
image = "$REGISTRY/**"
keys = ["index"]
T
export WHERRY_STORE=$TEST_DIR/second
run wherry pull "$REGISTRY/app:many"
expect_status 1
expect_err_has "the image $(digest_of manifest): it has no signature (wherry sign makes one); the index $(digest_of index): it has no signature"
sign_by_openssl index index.key
run wherry pull "$REGISTRY/app:many"
expect_status 0
run wherry run "$REGISTRY/app:many"
expect_status 0
run wherry verify "$REGISTRY/app:many" --key index
expect_status 1
run wherry verify "$REGISTRY/app:many" --key "$XDG_CONFIG_HOME/wherry/index.pub"
expect_status 0
[[ $OUT == *", who signed the index $(digest_of index)"* ]] || fail "$OUT"
wherry keys import theirs "$XDG_CONFIG_HOME/wherry/index.pub" >/dev/null
run wherry inspect "$REGISTRY/app:many"
[[ $OUT == *"signed by     theirs (tag, of the index)"* ]] || fail "$OUT"
# The same image by a name that says nothing of the index.
run wherry pull "$REGISTRY/app:1"
expect_status 1

wherry save "$REGISTRY/app:many" -o many.tar
WHERRY_STORE=$TEST_DIR/third run wherry load -i many.tar
expect_status 0
WHERRY_STORE=$TEST_DIR/third run wherry run "$REGISTRY/app:many"
expect_status 0

# The digest that pull and images print, and the image's own; the refusal tells both.
shown=$(wherry images --json | jq -r '.[0].digest')
expect_equal "$shown" "$(digest_of index)"
for digest in "$shown" "$(digest_of manifest)"; do
  printf '[[rule]]\ndigests = ["%s"]\n' "$digest" >"$POLICY"
  run wherry run "$REGISTRY/app:many"
  expect_status 0
  WHERRY_STORE=$TEST_DIR/fourth run wherry pull "$REGISTRY/app:many"
  expect_status 0
  rm -r "$TEST_DIR/fourth"
done
printf '[[rule]]\ndigests = ["sha256:%064d"]\n' 0 >"$POLICY"
run wherry run "$REGISTRY/app:many"
expect_status 126
expect_err_has "and it is the index $(digest_of index), the manifest $(digest_of manifest), the module sha256:"
rm "$POLICY"

# Ours, through a registry.
create_image_key release
wherry build app -t "$REGISTRY/app:ours" --format index >/dev/null
sign_image "$REGISTRY/app:ours" release
wherry push -q "$REGISTRY/app:ours"
export WHERRY_STORE=$TEST_DIR/fifth
for digest in $(curl -fsS "$URL/v2/app/manifests/ours" | tee ours | jq -r '.manifests[].digest') "$(digest_of ours)"; do
  run wherry verify "$REGISTRY/app@$digest" --key release
  expect_status 0
  curl -fsS -o /dev/null "$URL/v2/app/manifests/${digest/:/-}.sig" || fail "no signature of $digest in tag form"
done
