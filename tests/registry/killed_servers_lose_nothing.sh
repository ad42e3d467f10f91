#!/bin/bash
# kill -9 in the middle of uploads, again and again: what was reported stored is there and whole, what was not can be
# gone on with, and the next start finds nothing to repair.
source "$(dirname "$0")/lib.sh"
random_file blob 3000000
digest=$(digest_of blob)
serve_registry
push_image demo stored
begin_upload demo
rounds=6 location=$LOCATION
for round in $(seq $rounds); do
  # Slowly enough to be in the middle of it, at another place each time.
  offset=$(curl -fsS -D- -o /dev/null "$URL$location" | tr -d '\r' | sed -n 's/^Range: 0-//p')
  offset=$((offset == 0 ? 0 : offset + 1))
  tail -c +$((offset + 1)) blob >rest
  curl -sS -X PATCH -H 'Content-Type: application/octet-stream' -H "Content-Range: $offset-2999999" \
    --limit-rate 300K --data-binary @rest "$URL$location" >/dev/null 2>&1 &
  client=$!
  for i in 1 2 3; do push_image "other$round" "$i"; done
  sleep "0.$((RANDOM % 2))"
  stop_registry KILL
  wait $client || true
  serve_registry
  for i in 1 2 3; do
    api GET "/v2/other$round/manifests/$i"
    expect_code 200
  done
done
size=$(curl -fsS -D- -o /dev/null "$URL$location" | tr -d '\r' | sed -n 's/^Range: 0-//p')
((size > 0)) || fail "nothing was kept of the upload"
tail -c +$((size + 2)) blob >rest
api PUT "$location?digest=$digest" -H "Content-Range: $((size + 1))-2999999" --data-binary @rest
expect_code 201
api GET "/v2/demo/blobs/$digest"
cmp "$TEST_DIR/body" blob
for file in "$DIR"/blobs/sha256/*; do
  expect_equal "$(digest_of "$file")" "sha256:$(basename "$file")" "a blob's content"
done
stop_registry
run wherry-registryd prune --dir "$DIR"
expect_status 0
