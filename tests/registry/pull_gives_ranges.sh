#!/bin/bash
# RFC 9110 §14: a broken download goes on where it ended.
source "$(dirname "$0")/lib.sh"
serve_registry
random_file blob 100000
push_blob demo blob
path=/v2/demo/blobs/$(digest_of blob)
api GET "$path" -H 'Range: bytes=1000-'
expect_code 206
expect_field Content-Range bytes\ 1000-99999/100000
cmp "$TEST_DIR/body" <(tail -c +1001 blob)
api GET "$path" -H 'Range: bytes=-10'
expect_code 206
cmp "$TEST_DIR/body" <(tail -c 10 blob)
api GET "$path" -H 'Range: bytes=5-5' -H "If-Range: \"$(digest_of blob)\""
expect_code 206
expect_field Content-Length 1
for whole in 'Range: bytes=0-1,5-6' 'Range: lines=1-2' 'Range: bytes=9-1'; do
  api GET "$path" -H "$whole"
  expect_code 200
done
api GET "$path" -H 'Range: bytes=5-5' -H 'If-Range: "other"'
expect_code 200
api GET "$path" -H 'Range: bytes=100000-'
expect_error 416 SIZE_INVALID
expect_field Content-Range 'bytes */100000'
