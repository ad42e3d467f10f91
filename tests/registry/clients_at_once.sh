#!/bin/bash
# Many clients push the same and different images at the same time: all are there, whole.
source "$(dirname "$0")/lib.sh"
serve_registry --quiet
client() {
  mkdir "client$1" && cd "client$1"
  TEST_DIR=$PWD
  random_file own 300000
  cp ../shared shared
  for file in own shared; do push_blob "repo$(($1 % 3))" $file; done
  make_manifest shared own >manifest.json
  put_manifest "repo$(($1 % 3))" "tag$1" manifest.json
  expect_code 201
  put_manifest "repo$(($1 % 3))" last manifest.json
  expect_code 201
}
random_file shared 500000
clients=()
for i in $(seq 12); do
  (trap - EXIT; client "$i") &
  clients+=($!)
done
for pid in "${clients[@]}"; do wait "$pid" || fail "a client failed"; done
for i in $(seq 12); do
  api GET "/v2/repo$((i % 3))/manifests/tag$i"
  cmp "$TEST_DIR/body" "client$i/manifest.json"
  api GET "/v2/repo$((i % 3))/blobs/$(digest_of "client$i/own")"
  cmp "$TEST_DIR/body" "client$i/own"
done
api GET /v2/repo0/manifests/last
expect_code 200
expect_equal "$(ls "$DIR/blobs/sha256" | wc -l)" 25
expect_equal "$(ls "$DIR/uploads" "$DIR/tmp" | grep -v : | grep -c .)" 0
