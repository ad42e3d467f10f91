#!/bin/bash
# save and load: our archives are the same each time, skopeo reads them and we read its; what is hostile leaves nothing.
source "$(dirname "$0")/lib.sh"
for tool in skopeo zstd xxd; do command -v $tool >/dev/null || skip "no $tool"; done
add_image demo:1 7 >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)
add_image other:1 8 >/dev/null

run registry save demo:1 other:1 -o both.tar
expect_status 0
expect_equal "$(wc -l <<<"$OUT")" 2
registry save other:1 demo:1 demo:1 >again.tar
cmp both.tar again.tar || fail "the same images give other bytes"
expect_equal "$(tar -tf both.tar | sed -n 1,2p | paste -sd' ')" "oci-layout index.json"
expect_equal "$(stat -c %a both.tar)" 644

# Into another store, plain, compressed, by a pipe.
own_store=$WHERRY_STORE
count=0
for form in "-i both.tar" "-i both.tar.gz" "-i both.tar.zst" "-i -"; do
  [[ $form == *.gz ]] && gzip -nk both.tar
  [[ $form == *.zst ]] && zstd -q both.tar
  export WHERRY_STORE=$TEST_DIR/store.$((++count))
  if [[ $form == *" -" ]]; then
    cat both.tar | registry load -q $form
  else
    registry load -q $form
  fi
  expect_equal "$(store_tool find demo:1 | cut -d' ' -f2)" "$digest" "$form"
  store_tool find other:1 >/dev/null
  expect_equal "$(ls "$WHERRY_STORE/staging" | wc -l)" 0
done

# skopeo reads ours and writes its own, which we read; a layout's folder too.
skopeo copy -q oci-archive:both.tar:demo:1 oci:folder:demo:5
skopeo copy -q oci:"$own_store":demo:1 oci-archive:theirs.tar:demo:6
expect_equal "$(sha256sum <(skopeo inspect --raw oci-archive:both.tar:demo:1) | cut -d' ' -f1)" "${digest#sha256:}"
for source in "folder demo:5" "theirs.tar demo:6"; do
  read -r file name <<<"$source"
  run registry load -i "$file"
  expect_status 0
  expect_equal "$OUT" "loaded $name $digest"
done
registry load -q -i folder --as mine:1
expect_equal "$(store_tool find mine:1 | cut -d' ' -f2)" "$digest"

# Refused, with the reason, and nothing left behind.
export WHERRY_STORE=$TEST_DIR/store.bad
files() { find "$WHERRY_STORE" -type f ! -name .lock | sort; }
registry load -q -i both.tar && before=$(files)
refuse() {
  run registry load -i "$1"
  expect_status 1
  expect_err_has "$2"
  expect_equal "$(files)" "$before" "$1 left something"
}
head -c 3000 both.tar >cut.tar
refuse cut.tar "cut.tar"
refuse missing.tar "error: missing.tar: no such file"
echo hello >text && refuse text "text: it is no tar archive"
mkdir evil && cd evil && mkdir -p blobs/sha256 && ln -s /etc/passwd index.json && echo '{"imageLayoutVersion":"1.0.0"}' >oci-layout
tar -cf ../link.tar oci-layout index.json && cd ..
refuse link.tar "it is no image archive"
refuse evil "index.json"
tar -cPf up.tar --transform 's,^,../../,' text
refuse up.tar ".."
# A bomb: a gigabyte of zeros in a megabyte.
cp -r folder bomb && truncate -s 1G "bomb/blobs/sha256/$(head -c 32 /dev/zero | xxd -p -c 64)"
tar -C bomb -czf bomb.tar.gz .
refuse bomb.tar.gz "unpacks to"
run registry load -i both.tar --as one:1
expect_status 1
expect_err_has "2 images"
run registry save nothing:1 -o no.tar
expect_status 1
[ -e no.tar ] && fail "half an archive"
run registry save
expect_status 2
