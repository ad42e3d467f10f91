#!/bin/bash
# What `wherry build --format image` makes, podman pulls from a registry and shows, and skopeo describes.
source "$(dirname "$0")/lib.sh"
command -v podman >/dev/null || skip "podman is not installed"
mkdir -p app/public
echo '(module (func (export "_start")))' >app/main.wat
echo hello >app/public/index.html
wherry build app -t plain:1 --format image >/dev/null
echo 'assets = [{ path = "public", guest = "/static" }]' >app/wherry.toml
wherry build app -t assets:1 >/dev/null
start_registry
for name in plain assets; do registry push -q $name:1 "$REGISTRY/$name:1"; done
run skopeo inspect --tls-verify=false --override-os wasi --override-arch wasm "docker://$REGISTRY/assets:1"
expect_status 0
expect_equal "$(jq -r '"\(.Os)/\(.Architecture) \(.Layers | length)"' <<<"$OUT")" "wasi/wasm 2"

podman() { command podman --root "$TEST_DIR/root" --runroot "$TEST_DIR/run" --storage-driver vfs "$@"; }
run podman info
((STATUS == 0)) || skip "podman does not work here: $(tail -1 <<<"$ERR")"
for name in plain assets; do
  run podman pull -q --tls-verify=false --os wasi --arch wasm "$REGISTRY/$name:1"
  expect_status 0
  run podman image inspect "$REGISTRY/$name:1"
  expect_equal "$(jq -c '.[0] | [.Os, .Architecture, .Config.Entrypoint]' <<<"$OUT")" '["wasi","wasm",["/app.wasm"]]'
done
mounted=$(podman image mount "$REGISTRY/assets:1")
expect_equal "$(cat "$mounted/static/index.html")" hello
expect_equal "$(head -c 4 "$mounted/app.wasm" | od -An -c | tr -d ' ')" '\0asm'
podman image unmount "$REGISTRY/assets:1" >/dev/null
