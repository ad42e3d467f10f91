#!/bin/bash
# Clients push, delete and push again while prune runs over and over and the server is killed in the middle: every image
# whose push was answered is whole, and what nobody needs is gone in the end.
source "$(dirname "$0")/lib.sh"
echo "config that all share" >shared
# client NUMBER ROUND: in a repository of its own, images of the shared config and a layer. Names become old at once, so
# that prune takes what is not needed: a push that found its config there must find it to the end.
client() {
  TEST_DIR=$PWD/client$1
  mkdir -p "$TEST_DIR" && cd "$TEST_DIR"
  for image in $(seq 1000); do
    find "$DIR/repositories/repo$1/_blobs" -type f -exec touch -d '2 days ago' {} + 2>/dev/null || true
    echo "layer of $1, $2, $image" >layer
    api HEAD "/v2/repo$1/blobs/$(digest_of ../shared)"
    [[ $CODE == 200 ]] || push_blob "repo$1" ../shared
    push_blob "repo$1" layer
    make_manifest ../shared layer >"$2-$image.json"
    put_manifest "repo$1" "$2-$image" "$2-$image.json"
    expect_code 201
    if ((image % 2)); then echo "$2-$image" >>stored; else api DELETE "/v2/repo$1/manifests/$(digest_of "$2-$image.json")"; fi
  done
}
for round in 1 2 3; do
  serve_registry --quiet
  clients=()
  for i in 1 2 3; do
    (trap - EXIT; client $i $round) >>clients.log 2>&1 &
    clients+=($!)
  done
  prunes=0 end=$((SECONDS + 2))
  while ((SECONDS < end)); do
    run wherry-registryd prune --dir "$DIR"
    expect_status 0
    prunes=$((prunes + 1))
  done
  ((prunes > 2)) || fail "prune ran $prunes times"
  wherry-registryd prune --dir "$DIR" >/dev/null 2>&1 &
  stop_registry KILL
  # Each ends since its server is gone, and for no other reason.
  for pid in "${clients[@]}"; do wait "$pid" || true; done
  ! grep -E 'status [1-9]' clients.log || fail "a request was refused"
  wait
done
serve_registry --quiet
find "$DIR/repositories" -path '*/_blobs/*' -exec touch -d '2 days ago' {} +
run wherry-registryd prune --dir "$DIR" --untagged --min-age 0
expect_status 0
contents=1
for i in 1 2 3; do
  while read -r tag; do
    api GET "/v2/repo$i/manifests/$tag"
    cmp "$TEST_DIR/body" "client$i/$tag.json"
    for digest in $(jq -r '.config.digest, .layers[].digest' "client$i/$tag.json"); do
      api GET "/v2/repo$i/blobs/$digest"
      expect_code 200
      expect_equal "$(digest_of "$TEST_DIR/body")" "$digest" "a blob of repo$i:$tag"
    done
  done <"client$i/stored"
  contents=$((contents + 2 * $(ls "$DIR/repositories/repo$i/_tags" | wc -l)))
done
expect_equal "$(ls "$DIR/blobs/sha256" | wc -l)" "$contents" "contents"
stop_registry
[[ ! -e $DIR/control ]] || fail "the socket is left"
