#!/bin/bash
# SIGHUP has the server take a renewed certificate, renamed into place as certbot does it: new connections get it, old
# ones go on. One that does not fit its key changes nothing and is told.
source "$(dirname "$0")/lib.sh"
make_pair() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
    -addext subjectAltName=IP:127.0.0.1 -keyout "$1.key" -out "$1.crt" 2>/dev/null
}
use() {
  ln -s "$PWD/$1" link
  mv -T link "$2"
}
served() { openssl s_client -connect "$REGISTRY" </dev/null 2>/dev/null | openssl x509 -noout -subject; }
hang_up() {
  : >"$SERVER_LOG"
  kill -HUP "$PID"
  wait_for 10 grep -q "$1" "$SERVER_LOG"
}
make_pair first
make_pair second
use first.crt cert.pem
use first.key key.pem
serve_registry --tls-cert cert.pem --tls-key key.pem
expect_equal "$(served)" "subject=CN = first"
# One that was there before goes on: a slow upload over the certificate's change.
random_file blob 400000
curl -sS --cacert first.crt --limit-rate 200K -X POST --data-binary @blob -o answer -w '%{http_code}' \
  "$URL/v2/demo/blobs/uploads/?digest=$(digest_of blob)" >code &
client=$!
sleep 0.5
use second.crt cert.pem
hang_up 'the certificate stays as it was'
expect_equal "$(served)" "subject=CN = first"
use second.key key.pem
hang_up 'read the certificate anew'
expect_equal "$(served)" "subject=CN = second"
wait $client
expect_equal "$(cat code)" 201 "the upload"
# A chain goes along.
make_pair authority
cat second.crt authority.crt >chain
mv chain cert.pem
hang_up 'read the certificate anew'
expect_equal "$(openssl s_client -showcerts -connect "$REGISTRY" </dev/null 2>/dev/null | grep -c BEGIN)" 2 "certificates"
stop_registry
