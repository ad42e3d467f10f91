#!/bin/bash
# Authorities and certificates of ours where docker and podman have them for the whole machine: /etc/containers/certs.d,
# before /etc/docker/certs.d. In a mount namespace, with an /etc of the test's own.
source "$(dirname "$0")/lib.sh"
namespace=(unshare -m)
"${namespace[@]}" mount --bind /etc /etc 2>/dev/null || namespace=(unshare -rm)
"${namespace[@]}" mount --bind /etc /etc 2>/dev/null || skip "may not mount"
tls_authority ca
tls_authority other
tls_certificate ca server IP:127.0.0.1
tls_certificate ca client DNS:client
REGISTRY=127.0.0.1:$(free_port)
# It wants to see a certificate by `ca` (curl, which waits for it, need not have one).
start_registry_with tls "$REGISTRY" <<YML
http: {addr: "$REGISTRY", tls: {certificate: $PWD/server.crt, key: $PWD/server.key, clientcas: [$PWD/ca.crt]}}
YML
mkdir -p etc/docker/certs.d etc/containers "$HOME/.config/wherry"
for name in passwd group ssl ca-certificates hosts nsswitch.conf; do
  [[ ! -e /etc/$name ]] || cp -a "/etc/$name" etc/
done
printf '[[registry]]\nhost = "%s"\nplain-http = false\n' "$REGISTRY" >"$HOME/.config/wherry/registries.toml"
with_own_etc() {
  run "${namespace[@]}" bash -c 'mount --bind "$0" /etc && exec "$@"' "$PWD/etc" wherry tags "$REGISTRY/demo"
}
with_own_etc
expect_status 1
expect_err_has "no authority that this machine knows"

mkdir "etc/docker/certs.d/$REGISTRY"
cp ca.crt "etc/docker/certs.d/$REGISTRY/"
with_own_etc
expect_err_has "a certificate of ours, or another"
cp client.crt "etc/docker/certs.d/$REGISTRY/client.cert"
cp client.key "etc/docker/certs.d/$REGISTRY/"
with_own_etc
expect_err_has "HTTP 404"  # reached: there is no such repository

# The first folder that there is for the host counts, and that one alone.
mkdir -p "etc/containers/certs.d/$REGISTRY"
cp other.crt "etc/containers/certs.d/$REGISTRY/"
with_own_etc
expect_err_has "no authority that this machine knows"
cp etc/docker/certs.d/"$REGISTRY"/* "etc/containers/certs.d/$REGISTRY/"
with_own_etc
expect_err_has "HTTP 404"
