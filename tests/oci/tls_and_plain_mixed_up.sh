#!/bin/bash
# https to a registry without TLS asks for --plain-http; plain HTTP to one with TLS asks to leave it out.
source "$(dirname "$0")/lib.sh"
start_registry
# The whole of 127/8 is loopback, but only 127.0.0.1 is spoken to without TLS unasked.
sed -i "s/127.0.0.1/127.0.0.2/" "$TEST_DIR/registry.yml"
plain=127.0.0.2:${REGISTRY#*:}
start "$TEST_DIR/plain.log" docker-registry serve "$TEST_DIR/registry.yml"
wait_for 20 curl -fsS "http://$plain/v2/"
run registry pull "$plain/demo:1"
expect_status 1
expect_err_has "a registry without TLS needs --plain-http"
run registry pull --plain-http "$plain/demo:1"
expect_status 1
expect_err_has "HTTP 404"

openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.3 \
  -addext subjectAltName=IP:127.0.0.3 -keyout key.pem -out cert.pem 2>/dev/null
tls=127.0.0.3:${REGISTRY#*:}
cat >tls.yml <<YML
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $TEST_DIR/registry}}
http: {addr: "$tls", tls: {certificate: $PWD/cert.pem, key: $PWD/key.pem}}
YML
start "$TEST_DIR/tls.log" docker-registry serve tls.yml
wait_for 20 curl -fsS --cacert cert.pem "https://$tls/v2/"
run registry pull "$tls/demo:1"
expect_status 1
expect_err_has "$tls: its certificate is not trusted"
run registry pull --plain-http "$tls/demo:1"
expect_status 1
expect_err_has "it speaks https: leave out --plain-http"
