#!/bin/bash
# end-14: an upload that is cancelled is gone; so is one of another repository, from there.
source "$(dirname "$0")/lib.sh"
serve_registry
echo text >blob
begin_upload demo
api PATCH "$LOCATION" --data-binary @blob
expect_code 202
api DELETE "${LOCATION/demo/other}"
expect_error 404 BLOB_UPLOAD_UNKNOWN
api DELETE "$LOCATION"
expect_code 204
for method in GET PATCH DELETE; do
  api $method "$LOCATION"
  expect_code 404
done
expect_equal "$(ls "$DIR/uploads")" ""
