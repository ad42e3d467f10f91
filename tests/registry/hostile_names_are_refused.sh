#!/bin/bash
# No spelling of a name, a digest, a tag or an upload leads out of its folder.
source "$(dirname "$0")/lib.sh"
serve_registry
push_image demo 1
before=$(cd "$TEST_DIR" && find . -path ./registry/repositories -prune -o -type f -newer "$WORK/manifest.json" -print | grep -v -e head -e body -e server.log || true)
echo x >x
hex=$(printf 'a%.0s' $(seq 64))
for path in /v2/../../etc/passwd /v2/%2e%2e/%2e%2e/manifests/1 /v2/..%2f..%2fx/manifests/1 /v2/a/../b/tags/list \
  "/v2/a%00b/tags/list" /v2/_tags/tags/list /v2/demo/_blobs/tags/list "/v2/demo/blobs/sha256:../../../../etc/passwd" \
  "/v2/demo/blobs/sha256:%2e%2e%2f$hex" /v2/demo/manifests/..%2f..%2f_manifests%2fx /v2/demo/manifests/%2e%2e \
  /v2/demo/blobs/uploads/..%2f..%2fwherry-registry /v2/demo/blobs/uploads/%2e%2e/%2e%2e /v2/demo%0d%0aX:y/tags/list \
  "/v2/$(printf 'a/%.0s' $(seq 200))a/tags/list" /v2/demo/blobs/uploads/%252e%252e; do
  for method in GET PUT DELETE POST PATCH; do
    api $method "$path" --path-as-is --data-binary @x
    [[ $CODE == 400 || $CODE == 404 || $CODE == 405 ]] || fail "$method $path: $CODE"
    grep -q '"errors"' "$TEST_DIR/body" || fail "$method $path: no error document"
  done
done
after=$(cd "$TEST_DIR" && find . -path ./registry/repositories -prune -o -type f -newer "$WORK/manifest.json" -print | grep -v -e head -e body -e server.log -e work/x || true)
expect_equal "$after" "$before"
expect_equal "$(ls "$DIR/repositories")" demo
api GET /v2/demo/manifests/1
expect_code 200
# A page of some other site must not write.
api POST /v2/demo/blobs/uploads/ -H 'Origin: https://evil.example'
expect_error 403 DENIED
