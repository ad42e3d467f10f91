#!/bin/bash
# Unknown authorities, wrong names, expired certificates: each is named. Authorities come from a flag, from
# registries.toml, and from the folders of podman.
source "$(dirname "$0")/lib.sh"
tls_authority ca
tls_certificate ca good IP:127.0.0.1
tls_certificate ca named DNS:other.example.com
tls_certificate ca old IP:127.0.0.1 -days -1
registry_of() { # CERTIFICATE
  local address=127.0.0.1:$(free_port)
  start_registry_with "$1" "$address" <<YML
http: {addr: "$address", tls: {certificate: $PWD/$1.crt, key: $PWD/$1.key}}
YML
}
refused() { # SAYS: with our authority, if any
  run wherry tags "$REGISTRY/demo" "${@:2}"
  expect_status 1
  expect_err_has "$REGISTRY: its certificate"
  expect_err_has "$1"
}
reached() {
  run wherry tags "$REGISTRY/demo" "$@"
  expect_err_has "HTTP 404"  # there is no such repository
}
configure() { mkdir -p "$HOME/.config/wherry"; cat >"$HOME/.config/wherry/registries.toml"; }

registry_of named
refused "it is for another name" --ca-file ca.crt
registry_of good
configure <<TOML
[[registry]]
host = "$REGISTRY"
plain-http = false
TOML
refused "no authority that this machine knows"
reached --ca-file ca.crt
run wherry tags "$REGISTRY/demo" --ca-file none.crt
expect_err_has "none.crt: no such file"
configure <<TOML
[[registry]]
host = "$REGISTRY"
ca-file = "$PWD/ca.crt"
TOML
reached
configure <<TOML
[[registry]]
host = "$REGISTRY"
plain-http = false
TOML
mkdir -p "$HOME/.config/containers/certs.d/$REGISTRY"
cp ca.crt "$HOME/.config/containers/certs.d/$REGISTRY/ca.crt"
reached
echo 'plain_http = 1' | configure
run wherry tags "$REGISTRY/demo"
expect_status 1
expect_err_has "registries.toml:1: unknown key 'plain_http'"
chmod o+w "$HOME/.config/wherry/registries.toml"
run wherry tags "$REGISTRY/demo"
expect_err_has "can be written by others (chmod go-w it)"
rm "$HOME/.config/wherry/registries.toml"
registry_of old
refused "has expired" --ca-file ca.crt
