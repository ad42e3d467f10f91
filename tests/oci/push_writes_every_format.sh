#!/bin/bash
# push --format sends what build --format would have made, whatever is in the store, which stays as it is; what is
# attached is of the old digest, which is said. The same format again is the image itself, attachments and all.
source "$(dirname "$0")/lib.sh"
start_registry
mkdir app && echo '(module (func (export "_start")))' >app/app.wat
digest=()
for format in artifact legacy image index; do
  wherry build app -t "app:$format" --format $format >built
  digest[${#digest[@]}]=$(cut -d' ' -f3 built)
done
before=$(wherry images)
i=0
for format in artifact legacy image index; do
  for stored in artifact legacy image index; do
    run wherry push "app:$stored" "$REGISTRY/app:$stored-$format" --format $format
    expect_status 0
    expect_out "pushed $REGISTRY/app:$stored-$format ${digest[$i]}"
    # The index is of the same artifact and image, each of which has an SBOM.
    case $stored-$format in
      artifact-artifact | legacy-legacy | image-image | artifact-index | image-index | index-index) count=0 ;;
      index-legacy) count=2 ;;
      *) count=1 ;;
    esac
    said=$(sed -n 's/.*SBOMs: \(.*\)) stays behind, since what was sent has another digest$/\1/p' <<<"$ERR")
    expect_equal "${said:-0}" $count "what stays of $stored as $format"
  done
  i=$((i + 1))
done
expect_equal "$(wherry images)" "$before" "the store after it"
run wherry referrers "$REGISTRY/app:image-image"
expect_status 0
[[ $OUT == *spdx* ]] || fail "the SBOM did not travel: $OUT"

mkdir app/public && echo hello >app/public/index.html && echo 'assets = [{ path = "public", guest = "/static" }]' >app/wherry.toml
wherry build app -t assets:1 >/dev/null
run wherry push assets:1 "$REGISTRY/assets:1" --format artifact
expect_status 1
expect_err_has "image assets:1 as artifact: the format artifact cannot hold files beside the module (use the format image)"
run wherry push assets:1 "$REGISTRY/assets:1" --format tar
expect_status 2
expect_err_has "--format"
run wherry push app:9 "$REGISTRY/app:9" --format image
expect_status 1
expect_err_has "no image app:9"
