#!/bin/bash
# Bytes that are not what was announced never become a blob, whichever way they came.
source "$(dirname "$0")/lib.sh"
serve_registry
echo this >blob
echo that >other
before=$(tree_digest "$DIR")
api POST "/v2/demo/blobs/uploads/?digest=$(digest_of other)" --data-binary @blob
expect_error 400 DIGEST_INVALID
begin_upload demo
api PUT "$LOCATION?digest=$(digest_of other)" --data-binary @blob
expect_error 400 DIGEST_INVALID
begin_upload demo
api PATCH "$LOCATION" --data-binary @blob
api PUT "$LOCATION?digest=$(digest_of other)"
expect_error 400 DIGEST_INVALID
api POST '/v2/demo/blobs/uploads/?digest-algorithm=sha512'
expect_error 400 DIGEST_INVALID
for digest in '' sha256: "$(digest_of blob | tr a-f A-F)" "sha512:$(sha512sum <blob | cut -d' ' -f1)" md5:0; do
  begin_upload demo
  api PUT "$LOCATION?digest=$digest" --data-binary @blob
  expect_error 400 DIGEST_INVALID
  api DELETE "$LOCATION"
  expect_code 204
done
begin_upload demo
api PUT "$LOCATION" --data-binary @blob
expect_error 400 DIGEST_INVALID
api DELETE "$LOCATION"
for file in blob other; do
  api GET "/v2/demo/blobs/$(digest_of $file)"
  expect_code 404
done
expect_equal "$(tree_digest "$DIR")" "$before"
