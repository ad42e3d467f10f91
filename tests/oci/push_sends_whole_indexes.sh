#!/bin/bash
# An image that is an index in the store goes with all that is in it, and comes back as that; pulled, one platform of
# it, the index goes on within the registry, and elsewhere the image alone, which is said.
source "$(dirname "$0")/lib.sh"
start_registry
index_type=application/vnd.oci.image.index.v1+json
mkdir app && echo '(module (func (export "_start")))' >app/app.wat
run wherry build app -t app:1 --format index
expect_status 0
digest=$(cut -d' ' -f3 <<<"$OUT")

# in_registry ADDRESS TAG: the digest and the type of what is there.
in_registry() {
  curl -fsS -H "Accept: $index_type, application/vnd.oci.image.manifest.v1+json" "http://$1/v2/app/manifests/$2" >got
  echo "$(digest_of got) $(jq -r .mediaType got)"
}
run wherry push app:1 "$REGISTRY/app:1"
expect_status 0
expect_out "pushed $REGISTRY/app:1 $digest"
[[ $ERR != *warning* ]] || fail "$ERR"
expect_equal "$(in_registry "$REGISTRY" 1)" "$digest $index_type"
for entry in $(jq -r '.manifests[].digest' got); do
  curl -fsS -o /dev/null -H "Accept: application/vnd.oci.image.manifest.v1+json" "http://$REGISTRY/v2/app/manifests/$entry"
done

export WHERRY_STORE=$WORK/pulled
run wherry pull "$REGISTRY/app:1"
expect_out "pulled $REGISTRY/app:1 $digest"
run wherry run "$REGISTRY/app@$digest"
expect_status 0
run wherry fsck
expect_status 0
run wherry push "$REGISTRY/app:1" "$REGISTRY/app:2"
expect_status 0
expect_equal "$(in_registry "$REGISTRY" 2)" "$digest $index_type"

# Another registry has nothing of the platform that was not pulled.
first=$REGISTRY
start_registry other
run wherry push "$first/app:1" "$REGISTRY/app:1"
expect_status 0
expect_err_has "sent without its index, $digest: 1 of its platforms is not in the store"
expect_equal "$(in_registry "$REGISTRY" 1)" "${OUT##* } application/vnd.oci.image.manifest.v1+json"
