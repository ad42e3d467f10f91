#!/bin/bash
# htpasswd: reads and writes want a password, or writes alone; wrong ones are counted, and never logged.
source "$(dirname "$0")/lib.sh"
htpasswd -nbB -C 5 ann secret-word >users
serve_registry --htpasswd users
for path in GET:/v2/ GET:/v2/demo/tags/list POST:/v2/demo/blobs/uploads/ GET:/v2/nothing GET:/; do
  api "${path%%:*}" "${path#*:}"
  expect_error 401 UNAUTHORIZED
  expect_field WWW-Authenticate 'Basic realm="wherry registry", charset="UTF-8"'
done
api GET /v2/ -u ann:secret-word
expect_code 200
api POST /v2/demo/blobs/uploads/ -u ann:secret-word
expect_code 202
for _ in $(seq 10); do
  api GET /v2/ -u ann:wrong-word
  expect_error 401 UNAUTHORIZED
done
api GET /v2/ -u ann:wrong-word
expect_error 429 TOOMANYREQUESTS
api GET /v2/ -u ann:secret-word
expect_code 200
run grep -e secret-word -e wrong-word -e YW5u "$SERVER_LOG"
expect_status 1
grep -q 'user=ann' "$SERVER_LOG" || fail "the log does not say who"
stop_registry

serve_registry --htpasswd users --anonymous-pull
api GET /v2/demo/tags/list
expect_code 404
api POST /v2/demo/blobs/uploads/
expect_error 401 UNAUTHORIZED
stop_registry
echo 'ann:$apr1$lZL6V/ci$eIMz/iKDkbtys/uU7LEK00' >weak
run wherry-registryd serve --dir "$DIR" --htpasswd weak --listen 127.0.0.1:0
expect_status 1
expect_err "wherry: error: weak: line 1: the password's hash is not bcrypt's (write the file with htpasswd -B)"
