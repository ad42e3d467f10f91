#!/bin/bash
# TLS 1.2 and 1.3, with what clients need of it; plain HTTP is not answered there.
source "$(dirname "$0")/lib.sh"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=127.0.0.1 \
  -addext subjectAltName=IP:127.0.0.1 -keyout key.pem -out cert.pem 2>/dev/null
htpasswd -nbB -C 5 ann secret >users
serve_registry --tls-cert cert.pem --tls-key key.pem --htpasswd users
[[ $URL == https://* ]] || fail "$URL"
random_file blob 3000000
trusting=(--cacert cert.pem -u ann:secret)
for version in --tlsv1.2 --tlsv1.3; do
  api POST "/v2/demo/blobs/uploads/?digest=$(digest_of blob)" "${trusting[@]}" $version --data-binary @blob
  expect_code 201
  api GET "/v2/demo/blobs/$(digest_of blob)" "${trusting[@]}" $version
  expect_code 200
  cmp "$TEST_DIR/body" blob
done
run curl -sS --cacert cert.pem --tls-max 1.1 "$URL/v2/"
[[ $STATUS != 0 ]] || fail "TLS 1.1 is spoken"
run curl -sS "http://$REGISTRY/v2/"
[[ $STATUS != 0 ]] || fail "plain HTTP is answered: $OUT"
run skopeo inspect --raw --creds ann:secret --cert-dir "$WORK" "docker://$REGISTRY/demo:1"
expect_err_has "x509"
cp cert.pem ca.crt
run skopeo inspect --raw --creds ann:secret --cert-dir "$WORK" "docker://$REGISTRY/demo:1"
expect_err_has "no such tag or manifest"
stop_registry

openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem 2>/dev/null
for pair in cert.pem:other.pem key.pem:key.pem cert.pem:cert.pem cert.pem:none none:key.pem; do
  run wherry-registryd serve --dir "$DIR" --tls-cert "${pair%:*}" --tls-key "${pair#*:}" --listen 127.0.0.1:0
  expect_status 1
  [[ $ERR == "wherry: error: "*pem* || $ERR == "wherry: error: none: "* ]] || fail "said $ERR"
done
