#!/bin/bash
# end-12: who refers to a manifest, also before it is there and after; by type; and the fields that say so.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo 1
cp manifest.json subject.json
subject=$(digest_of subject.json)
printf '{}' >empty.json
push_blob demo empty.json
refer() { # NAME MEMBERS: a referrer of the subject
  echo "$1" >"$1.layer"
  push_blob demo "$1.layer"
  make_manifest empty.json "$1.layer" "$2,\"subject\":$(descriptor subject.json $MANIFEST)" >"$1.json"
  put_manifest demo "$(digest_of "$1.json")" "$1.json"
  expect_code 201
  expect_field OCI-Subject "$subject"
}
api GET "/v2/demo/referrers/$subject"
expect_code 200
expect_field Content-Type $INDEX
expect_equal "$(jq -c '[.schemaVersion, .mediaType, .manifests]' "$TEST_DIR/body")" "[2,\"$INDEX\",[]]"
api DELETE "/v2/demo/manifests/$subject"
refer a '"artifactType":"test/a+b","annotations":{"which":"a"}'
refer b '"annotations":{"which":"b"}'
echo -n "{\"schemaVersion\":2,\"mediaType\":\"$INDEX\",\"artifactType\":\"test/a+b\",\"manifests\":[],
  \"subject\":$(descriptor subject.json $MANIFEST)}" >index.json
put_manifest demo "$(digest_of index.json)" index.json $INDEX
expect_code 201
put_manifest demo 1 subject.json
expect_code 201

api GET "/v2/demo/referrers/$subject"
expect_equal "$(jq -r '.manifests[].digest' "$TEST_DIR/body" | sort)" \
  "$(for f in a b index; do digest_of $f.json; done | sort)"
expect_equal "$(jq -c ".manifests[] | select(.digest == \"$(digest_of a.json)\")" "$TEST_DIR/body")" \
  "{\"mediaType\":\"$MANIFEST\",\"digest\":\"$(digest_of a.json)\",\"size\":$(size_of a.json),\"artifactType\":\"test/a+b\",\"annotations\":{\"which\":\"a\"}}"
expect_equal "$(jq -r ".manifests[] | select(.annotations.which == \"b\") | .artifactType" "$TEST_DIR/body")" \
  application/vnd.test.config
expect_field OCI-Filters-Applied ''
api GET "/v2/demo/referrers/$subject?artifactType=test/a%2Bb"
expect_field OCI-Filters-Applied artifactType
expect_equal "$(jq -r '.manifests[].digest' "$TEST_DIR/body" | sort)" \
  "$(for f in a index; do digest_of $f.json; done | sort)"
# One that is deleted refers to nothing.
api DELETE "/v2/demo/manifests/$(digest_of a.json)"
expect_code 202
api GET "/v2/demo/referrers/$subject"
expect_equal "$(jq '.manifests | length' "$TEST_DIR/body")" 2
api GET /v2/demo/referrers/sha256:short
expect_error 400 DIGEST_INVALID
api GET "/v2/other/referrers/$subject"
expect_equal "$(jq -c '.manifests' "$TEST_DIR/body")" '[]'
