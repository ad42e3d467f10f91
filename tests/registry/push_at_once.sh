#!/bin/bash
# end-4a, end-4b and end-6: a blob in one POST, in POST and PUT, and streamed by one PATCH; the Locations hold it.
source "$(dirname "$0")/lib.sh"
serve_registry
random_file blob 70000
digest=$(digest_of blob)
push_blob one blob
expect_field Location "/v2/one/blobs/$digest"
api GET "$(field Location)"
cmp "$TEST_DIR/body" blob

begin_upload two
api PUT "$LOCATION?digest=$digest" -H 'Content-Type: application/octet-stream' --data-binary @blob
expect_code 201
api GET "$(field Location)"
cmp "$TEST_DIR/body" blob
api PUT "$LOCATION?digest=$digest" --data-binary @blob
expect_error 404 BLOB_UPLOAD_UNKNOWN

begin_upload three
api PATCH "$LOCATION" -H 'Transfer-Encoding: chunked' -H 'Content-Type: application/octet-stream' --data-binary @blob
expect_code 202
expect_field Range 0-69999
api PUT "$(field Location)?digest=${digest/:/%3A}"
expect_code 201
api GET "/v2/three/blobs/$digest"
cmp "$TEST_DIR/body" blob

: >empty
push_blob four empty
api GET "/v2/four/blobs/$(digest_of empty)"
expect_code 200
[[ $(find "$DIR/uploads" "$DIR/tmp" -type f | wc -l) == 0 ]] || fail "uploads are left"
