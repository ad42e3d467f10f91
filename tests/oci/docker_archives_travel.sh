#!/bin/bash
# save --format docker writes what podman, skopeo and we load, artifacts as ordinary images; what podman saves, we load.
source "$(dirname "$0")/lib.sh"
for tool in skopeo podman; do command -v $tool >/dev/null || skip "no $tool"; done
mkdir -p app/public
echo '(module (func (export "_start")))' >app/main.wat
echo hello >app/public/index.html
printf '[permissions]\nenvironment = ["HOME"]\n' >app/wherry.toml
wherry build app -t plain:1 >/dev/null
echo 'assets = [{ path = "public", guest = "/static" }]' | cat - app/wherry.toml >with && mv with app/wherry.toml
wherry build app -t assets:1 >/dev/null
wherry tag assets:1 registry.example/team/assets:2

run wherry save --format docker plain:1 assets:1 registry.example/team/assets:2 -o docker.tar
expect_status 0
expect_equal "$(wc -l <<<"$OUT")" 3
id=$(sed -n 's/^saved assets:1 sha256://p' <<<"$OUT")
wherry save --format docker registry.example/team/assets:2 assets:1 plain:1 >again.tar
cmp docker.tar again.tar || fail "the same images give other bytes"
tar -xOf docker.tar manifest.json >manifest.json
expect_equal "$(jq -c '[.[].RepoTags[]]' manifest.json)" '["assets:1","plain:1","registry.example/team/assets:2"]'
expect_equal "$(tar -xOf docker.tar repositories | jq -r '.["registry.example/team/assets"]["2"]')/layer.tar" \
  "$(jq -r '.[2].Layers[-1]' manifest.json)"
expect_equal "$(tar -xOf docker.tar "$id.json" | sha256sum | cut -d' ' -f1)" "$id"

# With its permissions, which stand in labels there.
export WHERRY_STORE=$WORK/loaded
run wherry load -i docker.tar
expect_status 0
expect_equal "$(wc -l <<<"$OUT")" 3
expect_equal "$(wherry inspect --json assets:1 | jq -c '[.request.environment, .folders]')" '[["HOME"],["/static"]]'
run wherry run plain:1
expect_status 0

run skopeo inspect --override-os wasi --override-arch wasm docker-archive:docker.tar:docker.io/library/assets:1
expect_status 0
expect_equal "$(jq -r '"\(.Os)/\(.Architecture) \(.Layers | length)"' <<<"$OUT")" "wasi/wasm 2"

podman() { command podman --root "$TEST_DIR/root" --runroot "$TEST_DIR/run" --storage-driver vfs "$@"; }
run podman info
((STATUS == 0)) || skip "podman does not work here: $(tail -1 <<<"$ERR")"
run podman load -q -i docker.tar
expect_status 0
run podman image inspect localhost/assets:1
expect_equal "$(jq -r '.[0] | "\(.Id) \(.Config.Entrypoint[0])"' <<<"$OUT")" "$id /app.wasm"
mounted=$(podman image mount localhost/assets:1)
expect_equal "$(cat "$mounted/static/index.html")" hello
podman image unmount localhost/assets:1 >/dev/null
for form in docker-archive oci-archive; do
  run podman save -q --format $form -o podman.$form localhost/assets:1
  expect_status 0
  WHERRY_STORE=$WORK/$form run wherry load -i podman.$form --as mine:1
  expect_status 0
  WHERRY_STORE=$WORK/$form run wherry run mine:1
  expect_status 0
  expect_equal "$(WHERRY_STORE=$WORK/$form wherry inspect --json mine:1 | jq -c .request.environment)" '["HOME"]'
done
