# fsck finds what is wrong and repairs it; prune frees what nothing needs; images --size tells what is shared.
source "$(dirname "$0")/../lib.sh"

mkdir app && echo '(module (func (export "_start")))' >app/app.wat
wherry build app -t app:1 >/dev/null
wherry tag app:1 app:2
run wherry fsck
expect_status 0
expect_out "checked 2 images, 6 blobs, $(wherry images --size | awk 'NR==2{print $4, $5}')"
run wherry images --size --json
expect_equal "$(jq -r '.[0] | .totalBytes == .uniqueBytes and .sharedBytes == 0' <<<"$OUT")" true

# Garbage is no fault. What has just come may be another tool's.
blob=$WHERRY_STORE/blobs/sha256/$(printf garbage | sha256sum | cut -d' ' -f1)
printf garbage >"$blob"
run wherry fsck --json
expect_status 0
expect_equal "$(jq -r '.problems[0] | [.kind, .bytes] | join(" ")' <<<"$OUT")" "garbage 7"
run wherry prune
expect_status 0
expect_out "freed 0 B; 1 that have just come stay, 7 B (--all takes them too)"
wherry run app:1
run wherry prune --all --dry-run --json
expect_equal "$(jq -r '[(.removed | length), .removedBytes] | join(" ")' <<<"$OUT")" "1 7"
[ -e "$blob" ] || fail "a dry run removed it"
run wherry prune --all -q
expect_status 0
expect_out ""
[ -e "$blob" ] && fail "it is still there"

# A compiled module goes with its image, unless it was used lately.
artifacts() { find "$WHERRY_CACHE" -type f -size +1k | wc -l; }
expect_equal "$(artifacts)" 1 "compiled modules"
wherry rmi app:1
wherry prune --all -q
expect_equal "$(artifacts)" 1 "compiled modules"
wherry rmi app:2
wherry prune -q
expect_equal "$(artifacts)" 1 "compiled modules"
wherry prune --all -q
expect_equal "$(artifacts)" 0 "compiled modules"

# Damage is one, and nothing is pruned beside it.
wherry build app -t app:1 >/dev/null
manifest=$(jq -r '.manifests[0].digest' "$WHERRY_STORE/index.json")
layer=$(jq -r '.layers[0].digest' "$WHERRY_STORE/blobs/sha256/${manifest#sha256:}")
printf 'x' | dd of="$WHERRY_STORE/blobs/sha256/${layer#sha256:}" bs=1 seek=9 conv=notrunc status=none
run wherry fsck
expect_status 1
[[ $OUT == *"damaged  image app:1: its blob $layer is damaged"* ]] || fail "$OUT"
rm "$WHERRY_STORE/blobs/sha256/${layer#sha256:}"
run wherry fsck
expect_status 1
[[ $OUT == *"$layer is missing"* ]] || fail "$OUT"
run wherry prune
expect_status 1
expect_err_has "app:1 is damaged"
run wherry fsck --repair
expect_status 0
run wherry images -q
expect_out ""
wherry build app -t app:1 >/dev/null
wherry run app:1

echo '{' >"$WHERRY_STORE/index.json"
run wherry fsck
expect_status 1
[[ $OUT == *"damaged  index.json"* ]] || fail "$OUT"
run wherry fsck --what
expect_status 2
