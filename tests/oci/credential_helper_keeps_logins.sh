#!/bin/bash
# A helper that docker's config names keeps the credential: the file holds none, and no secret is an argument.
source "$(dirname "$0")/lib.sh"
mkdir bin && cat >bin/docker-credential-box <<'SH'
#!/bin/sh
box=$(dirname "$0")
echo "$*" >>"$box/calls"
case $1 in
  store) cat >"$box/kept" ;;
  get) read -r server; [ -e "$box/kept" ] && grep -qF "$server" "$box/kept" && cat "$box/kept" ||
    { echo "credentials not found in native keychain"; exit 1; } ;;
  erase) rm "$box/kept" ;;
esac
SH
chmod +x bin/docker-credential-box
export PATH=$PWD/bin:$PATH
htpasswd -Bbn alice secret >htpasswd
REGISTRY=127.0.0.1:$(free_port)
start_registry_with private "$REGISTRY" <<YML
http: {addr: "$REGISTRY"}
auth: {htpasswd: {realm: private, path: $PWD/htpasswd}}
YML
mkdir "$HOME/.docker"
echo '{"credsStore": "box", "proxies": {"kept": true}}' >"$HOME/.docker/config.json"
add_image demo:1 >/dev/null
login alice secret "$REGISTRY"
expect_status 0
expect_out "logged in to $REGISTRY as alice; kept in docker-credential-box (named in $HOME/.docker/config.json)"
expect_equal "$(jq -c . "$HOME/.docker/config.json")" "{\"credsStore\":\"box\",\"proxies\":{\"kept\":true},\"auths\":{\"$REGISTRY\":{}}}"
run wherry push demo:1 "$REGISTRY/demo:1"
expect_status 0
run wherry logout "$REGISTRY"
expect_status 0
[[ ! -e bin/kept ]] || fail "it is still kept"
expect_equal "$(sort -u bin/calls | tr '\n' ' ')" "erase get store "

printf '#!/bin/sh\necho "the keychain is locked"; exit 3\n' >bin/docker-credential-box
run wherry tags "$REGISTRY/demo"
expect_status 1
expect_err_has "docker-credential-box get failed with exit code 3: the keychain is locked"
# What docker's desktop leaves behind is not in the way of who needs no credential.
rm bin/docker-credential-box
run wherry tags "$REGISTRY/demo"
expect_status 1
expect_err_has "it wants a login"
expect_err_has "program 'docker-credential-box' is not in PATH"
