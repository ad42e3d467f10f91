# images, tag, inspect and rmi agree on what the store holds.
source "$(dirname "$0")/../lib.sh"

run wherry images -q
expect_status 0
expect_out ""
mkdir app && echo '(module (func (export "_start")))' >app/app.wat
wherry build app -t app:1 >/dev/null
wherry tag app:1 127.0.0.1:5000/team/app:2
run wherry images -q
expect_out $'127.0.0.1:5000/team/app:2\napp:1'
digest=$(wherry inspect app:1 --json | jq -r .digest)
expect_equal "$(wherry inspect 127.0.0.1:5000/team/app:2 --json | jq -r .digest)" "$digest"

wherry rmi app:1
run wherry run app:1
expect_status 127
run wherry run 127.0.0.1:5000/team/app:2
expect_status 0
wherry rmi 127.0.0.1:5000/team/app:2
expect_equal "$(find "$WHERRY_STORE/blobs" -type f | wc -l)" 0 "blobs are left"

for verb in "rmi app:1" "inspect app:1" "tag app:1 b:1"; do
  run wherry $verb
  expect_status 1
  expect_err_has "app:1"
done
run wherry tag app:1 'no good'
expect_status 1
run wherry inspect
expect_status 2

# An image that is damaged is listed, as what it is.
wherry build app -t app:1 >/dev/null
manifest=$(jq -r '.manifests[0].digest' "$WHERRY_STORE/index.json")
echo '{}' >"$WHERRY_STORE/blobs/sha256/${manifest#sha256:}"
run wherry images
expect_status 0
[[ $OUT == *"app:1"*"unusable"* ]] || fail "$OUT"
expect_err_has "app:1: "
run wherry images --json
expect_equal "$(jq -r '.[0] | [.name, has("problem"), has("trigger")] | join(" ")' <<<"$OUT")" "app:1 true false"
