#!/bin/bash
# end-11: a blob of another repository without sending it; where it cannot be mounted, an upload begins.
source "$(dirname "$0")/lib.sh"
serve_registry
random_file blob 5000
digest=$(digest_of blob)
push_blob team/from blob
api POST "/v2/to/blobs/uploads/?mount=$digest&from=team%2Ffrom"
expect_code 201
expect_field Location "/v2/to/blobs/$digest"
api GET "/v2/to/blobs/$digest"
cmp "$TEST_DIR/body" blob
# Without from: wherever it is.
api POST "/v2/anywhere/blobs/uploads/?mount=$digest"
expect_code 201
api POST "/v2/to/blobs/uploads/?mount=$digest&from=has/it/not"
expect_code 202
api PUT "$(field Location)?digest=$digest" --data-binary @blob
expect_code 201
api POST "/v2/to/blobs/uploads/?mount=$NO_DIGEST&from=team/from"
expect_code 202
api POST "/v2/to/blobs/uploads/?mount=$digest&from=../from"
expect_error 400 NAME_INVALID
# One copy on the disk.
expect_equal "$(ls "$DIR/blobs/sha256" | wc -l)" 1
