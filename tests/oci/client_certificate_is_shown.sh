#!/bin/bash
# A registry that knows its clients by their certificates: without one, with another's, with ours.
source "$(dirname "$0")/lib.sh"
tls_authority ca
tls_authority stranger
tls_certificate ca registry IP:127.0.0.1
tls_certificate ca client DNS:client
tls_certificate stranger other DNS:other
REGISTRY=127.0.0.1:$(free_port)
start_registry_with mutual "$REGISTRY" <<YML
http: {addr: "$REGISTRY", tls: {certificate: $PWD/registry.crt, key: $PWD/registry.key, clientcas: [$PWD/ca.crt]}}
YML
add_image demo:1 >/dev/null
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt
expect_status 1
expect_err_has "a certificate of ours, or another (--cert and --key"
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt --cert other.crt --key other.key
expect_status 1
expect_err_has "a certificate of ours, or another"
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt --cert client.crt --key other.key
expect_status 1
expect_err_has "our certificate cannot be used"
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt --cert client.crt
expect_status 2
run wherry push demo:1 "$REGISTRY/demo:1" --ca-file ca.crt --cert client.crt --key client.key
expect_status 0
folder=$HOME/.config/containers/certs.d/$REGISTRY
mkdir -p "$folder"
cp client.crt "$folder/client.cert"
run wherry pull --store other "$REGISTRY/demo:1" --ca-file ca.crt
expect_status 1
expect_err_has "$folder/client.key: no such file"
cp client.key "$folder/client.key"
cp ca.crt "$folder/ca.crt"
mkdir -p "$HOME/.config/wherry"
printf '[[registry]]\nhost = "%s"\nplain-http = false\n' "$REGISTRY" >"$HOME/.config/wherry/registries.toml"
run wherry pull --store other "$REGISTRY/demo:1"
expect_status 0
