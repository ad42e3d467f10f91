#!/bin/bash
# Push to and pull from a registry with TLS, its certificate among the system's trusted ones.
source "$(dirname "$0")/lib.sh"
trusted=/etc/ssl/certs/ca-certificates.crt
unshare -m mount --bind /dev/null $trusted 2>/dev/null || skip "may not mount"
address=127.0.0.3:$(free_port)
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.3 \
  -addext subjectAltName=IP:127.0.0.3 -keyout key.pem -out cert.pem 2>/dev/null
cat >tls.yml <<YML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $TEST_DIR/registry}}
http: {addr: "$address", tls: {certificate: $PWD/cert.pem, key: $PWD/key.pem}}
YML
start "$TEST_DIR/tls.log" docker-registry serve tls.yml
wait_for 20 curl -fsS --cacert cert.pem "https://$address/v2/"
trusting() { unshare -m sh -c "mount --bind '$PWD/cert.pem' $trusted && exec \"\$@\"" - "$@"; }

add_image demo:1 >/dev/null
run trusting wherry-registry push demo:1 "$address/demo:1"
expect_status 0
run trusting wherry-registry pull --store other "$address/demo:1"
expect_status 0
expect_equal "$(tree_digest other/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"
