#!/bin/bash
# A blob's size and that of all contents: refused before and while bytes come, and room again after prune.
source "$(dirname "$0")/lib.sh"
serve_registry --blob-max 100KiB --size-max 250KiB
random_file large 102401
for length in '' 'Transfer-Encoding: chunked'; do
  api POST "/v2/demo/blobs/uploads/?digest=$(digest_of large)" ${length:+-H "$length"} --data-binary @large
  expect_error 413 SIZE_INVALID
done
random_file fits 102400
push_blob demo fits
# The same again takes its place.
push_blob other fits
random_file second 102400
push_blob demo second
random_file third 102400
api POST "/v2/demo/blobs/uploads/?digest=$(digest_of third)" --data-binary @third
expect_error 507 DENIED
grep -q 'raise it with --size-max' "$SERVER_LOG" || fail "the log does not say the way out"
expect_equal "$(ls "$DIR/uploads")" ""
stop_registry
run wherry-registryd prune --min-age 0 --dir "$DIR" --dry-run
expect_out "would remove 2 blobs of 204800 bytes, 0 manifests"
run wherry-registryd prune --min-age 0 --dir "$DIR"
expect_out "removed 2 blobs of 204800 bytes, 0 manifests"
serve_registry --blob-max 100KiB --size-max 250KiB
push_blob demo third
