#!/bin/bash
# end-5, end-13: chunks in order; one out of order is 416 and says where to go on; the last may come with PUT.
source "$(dirname "$0")/lib.sh"
serve_registry
random_file blob 3000
head -c 1000 blob >first
tail -c +1001 blob | head -c 1000 >second
tail -c +2001 blob >third
begin_upload demo -H 'Content-Length: 0'
api PATCH "$LOCATION" -H 'Content-Range: 1000-1999' --data-binary @second
expect_error 416 BLOB_UPLOAD_INVALID
api PATCH "$LOCATION" -H 'Content-Range: 0-999' --data-binary @first
expect_code 202
expect_field Range 0-999
api GET "$LOCATION"
expect_code 204
expect_field Range 0-999
expect_field Location "$LOCATION"
api PATCH "$LOCATION" -H 'Content-Range: 0-999' --data-binary @first
expect_error 416 BLOB_UPLOAD_INVALID
expect_field Range 0-999
expect_field Location "$LOCATION"
api PATCH "$LOCATION" -H 'Content-Range: 1000-1999' --data-binary @second
expect_code 202
api PUT "$LOCATION?digest=$(digest_of blob)" -H 'Content-Range: 2001-3000' --data-binary @third
expect_error 416 BLOB_UPLOAD_INVALID
api PUT "$LOCATION?digest=$(digest_of blob)" -H 'Content-Range: 2000-2999' --data-binary @third
expect_code 201
api GET "/v2/demo/blobs/$(digest_of blob)"
cmp "$TEST_DIR/body" blob
