#!/bin/bash
# A registry that refuses artifacts gets an ordinary image of the same module, and the user is told.
source "$(dirname "$0")/lib.sh"
start_registry
mkdir app && echo '(module (func (export "_start")))' >app/app.wat
wherry build app -t app:1 >/dev/null
module=$(wherry inspect app:1 | sed -n 's/^module *\(sha256:[0-9a-f]*\).*/\1/p')
before=$(wherry images)

for status in 403 404 405 415; do
  start_proxy "PUT /manifests/ 1 status=$status"
  run registry push app:1 "$PROXY/app:$status"
  expect_status 0
  expect_err_has "HTTP $status"
  expect_err_has "sending it as an ordinary image"
  digest=${OUT##* }
  curl -fsS -H 'Accept: application/vnd.oci.image.manifest.v1+json' "http://$REGISTRY/v2/app/manifests/$status" >manifest
  expect_equal "$(digest_of manifest)" "$digest"
  expect_equal "$(jq -r .config.mediaType manifest)" application/vnd.oci.image.config.v1+json
  expect_equal "$(wherry images)" "$before" "the store after it"
  run registry pull -q --store "pulled-$status" "$REGISTRY/app:$status" --as app:1
  expect_status 0
  WHERRY_STORE=pulled-$status wherry run app:1
  expect_equal "$(WHERRY_STORE=pulled-$status wherry inspect app:1 | sed -n 's/^module *\(sha256:[0-9a-f]*\).*/\1/p')" "$module"
done

# Refused again, or for another reason: the registry's word, and nothing else is tried.
start_proxy "PUT /manifests/ * status=415"
run registry push app:1 "$PROXY/app:no"
expect_status 1
expect_err_has "HTTP 415"
expect_equal "$(wherry images)" "$before" "the store after it"
start_proxy "PUT /manifests/ * status=400"
run registry push -q app:1 "$PROXY/app:no"
expect_status 1
[[ $ERR != *ordinary* ]] || fail "$ERR"
