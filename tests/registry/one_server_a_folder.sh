#!/bin/bash
# A second server of a folder is refused, and prune beside one that only reads; so are folders of others. Read-only ones
# share.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo 1
run wherry-registryd serve --dir "$DIR" --listen 127.0.0.1:0
expect_status 1
expect_err_has "is in use by another wherry registry"
run wherry-registryd prune --dir "$DIR"
expect_status 0
stop_registry
expect_equal "$(wait "$PID"; echo $?)" 0 "exit code of a stopped server"
serve_registry --read-only
serve_registry --read-only
api GET /v2/demo/manifests/1
expect_code 200
api DELETE /v2/demo/manifests/1
expect_error 405 UNSUPPORTED
api POST /v2/demo/blobs/uploads/
expect_error 405 UNSUPPORTED
run wherry-registryd serve --dir "$DIR" --listen 127.0.0.1:0
expect_status 1
run wherry-registryd prune --dir "$DIR"
expect_status 1
expect_err_has "it only reads, or is another prune"
run wherry-registryd serve --dir / --listen 127.0.0.1:0
expect_status 1
expect_err_has "is not a registry's folder"
run wherry-registryd serve --dir "$TEST_DIR/none" --read-only
expect_status 1
expect_err_has "is not a registry's folder"
