# What runs is what the image names: a module that was damaged or exchanged in the store is not compiled, and a store
# that others may write to is not used.
source "$(dirname "$0")/../lib.sh"

mkdir good evil
echo '(module (func (export "_start") nop nop))' >good/app.wat
echo '(module (func (export "_start") unreachable nop))' >evil/app.wat
wherry build good -t good:1 >/dev/null
wherry build evil -t evil:1 >/dev/null
module_of() {
  local manifest
  manifest=$(wherry inspect "$1" --json | jq -r .digest)
  jq -r '.layers[0].digest | sub("sha256:"; "")' "$WHERRY_STORE/blobs/sha256/${manifest#sha256:}"
}
good=$WHERRY_STORE/blobs/sha256/$(module_of good:1) evil=$WHERRY_STORE/blobs/sha256/$(module_of evil:1)
expect_equal "$(stat -c %s "$good")" "$(stat -c %s "$evil")" "sizes"
cp "$good" saved
cp "$evil" "$good"
run wherry run good:1
expect_status 126
expect_err_has "another digest"
expect_equal "$(find "$WHERRY_CACHE" -type f -size +1k | wc -l)" 0 "compiled modules"
run wherry fsck
expect_status 1

cp saved "$good"
run wherry run good:1
expect_status 0
# What was compiled from the right bytes stays right, whatever lies in the store now.
cp "$evil" "$good"
run wherry run good:1
expect_status 0

chmod g+w "$WHERRY_STORE"
run wherry images
expect_status 1
expect_err_has "others may write to it"
