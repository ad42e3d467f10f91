#!/bin/bash
# end-8, and docker's _catalog: sorted, in pages, with a link to the next one.
source "$(dirname "$0")/lib.sh"
serve_registry
api GET /v2/demo/tags/list
expect_error 404 NAME_UNKNOWN
push_image demo c
for tag in a d b; do put_manifest demo $tag manifest.json; done
api GET /v2/demo/tags/list
expect_equal "$(jq -c . "$TEST_DIR/body")" '{"name":"demo","tags":["a","b","c","d"]}'
expect_field Link ''
api GET '/v2/demo/tags/list?n=2'
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '["a","b"]'
expect_field Link '</v2/demo/tags/list?n=2&last=b>; rel="next"'
api GET '/v2/demo/tags/list?n=2&last=b'
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '["c","d"]'
expect_field Link ''
api GET '/v2/demo/tags/list?n=0'
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '[]'
expect_field Link ''
api GET '/v2/demo/tags/list?n=-1'
expect_code 400
api GET '/v2/demo/tags/list?last=d'
expect_equal "$(jq -c .tags "$TEST_DIR/body")" '[]'
# More than a page holds, without being asked for pages.
(cd "$DIR/repositories/demo/_tags" && for i in $(seq 1200); do cp a "t$i"; done)
run skopeo list-tags --tls-verify=false "docker://$REGISTRY/demo"
expect_status 0
expect_equal "$(jq '.Tags | length' <<<"$OUT")" 1204

push_image team/b 1
push_image team 1
api GET '/v2/_catalog?n=2'
expect_equal "$(jq -c .repositories "$TEST_DIR/body")" '["demo","team"]'
expect_field Link '</v2/_catalog?n=2&last=team>; rel="next"'
api GET '/v2/_catalog?n=2&last=team'
expect_equal "$(jq -c .repositories "$TEST_DIR/body")" '["team/b"]'
