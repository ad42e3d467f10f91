#!/bin/bash
# Bodies that are shorter, longer or otherwise than they say: nothing is published, and the upload knows what came.
source "$(dirname "$0")/lib.sh"
serve_registry
printf 0123456789 >blob
digest=$(digest_of blob)
cat >raw.py <<'PYTHON'
import socket, sys
host, port = sys.argv[1].split(":")
s = socket.create_connection((host, int(port)), 10)
s.sendall(sys.argv[2].encode().decode("unicode_escape").encode("latin-1"))
if len(sys.argv) > 3: s.shutdown(socket.SHUT_WR)
s.settimeout(10)
answer = b""
try:
    while chunk := s.recv(65536): answer += chunk
except OSError: pass
print(answer.decode("latin-1"))
PYTHON
raw() { python3 raw.py "$REGISTRY" "$@"; }
expect_answer() { [[ $1 == "HTTP/1.1 $2 "* ]] || fail "answered '${1%%$'\n'*}', expected $2 ($3)"; }

begin_upload demo
answer=$(raw "PATCH $LOCATION HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234" end)
expect_answer "$answer" 400 "ends before its length"
api GET "$LOCATION"
expect_field Range 0-4
api PATCH "$LOCATION" -H 'Content-Range: 5-9' -d 56
expect_error 400 SIZE_INVALID
api PATCH "$LOCATION" -H 'Content-Range: 5-9' -H 'Transfer-Encoding: chunked' -d 56
expect_error 400 SIZE_INVALID
api PATCH "$LOCATION" -H 'Content-Range: five' -d 56
expect_error 400 BLOB_UPLOAD_INVALID
api PUT "$LOCATION?digest=$digest" -H 'Content-Range: 5-9' -d 56789
expect_code 201
api GET "/v2/demo/blobs/$digest"
cmp "$TEST_DIR/body" blob

post="POST /v2/demo/blobs/uploads/?digest=$NO_DIGEST HTTP/1.1\r\nHost: x\r\n"
expect_answer "$(raw "${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n")" 400 "no chunk"
expect_answer "$(raw "${post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n")" 400 "two lengths"
expect_answer "$(raw "${post}Content-Length: 5\r\nContent-Length: 6\r\n\r\n01234")" 400 "two lengths that differ"
expect_answer "$(raw "${post}Content-Length: -1\r\n\r\n")" 400 "a negative length"
expect_answer "$(raw "${post}Content-Length: 99999999999999999999\r\n\r\n")" 400 "an endless length"
expect_answer "$(raw "${post}Transfer-Encoding: gzip\r\n\r\n")" 501 "an unknown coding"
expect_answer "$(raw "GET /v2/ HTTP/1.1\r\nHost: x\r\nX: $(printf 'x%.0s' $(seq 17000))\r\n\r\n")" 431 "a large head"
expect_answer "$(raw "GET /v2/ HTTP/3.0\r\nHost: x\r\n\r\n")" 505 "another version"
expect_answer "$(raw 'nonsense\r\n\r\n')" 400 "no HTTP"
expect_equal "$(ls "$DIR/uploads")" ""
# What follows a body on the connection is the next request, and answered.
answer=$(raw "PUT /v2/demo/manifests/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
[[ $(grep -o 'HTTP/1.1 ' <<<"$answer" | wc -l) == 2 ]] || fail "not two answers: $answer"
