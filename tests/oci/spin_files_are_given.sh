#!/bin/bash
# A Spin application's files, each a layer, in its lock file or packed together, are there for its program below /,
# read-only, and its variables; a file that no layer has, and one that leads out, are refused before anything is stored.
source "$(dirname "$0")/lib.sh"
start_registry
mkdir app
cat >app/main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(int count, char **paths) {
  printf("%s\n", getenv("GREETING"));
  for (int i = 1; i < count; i++) {
    char line[200] = "";
    FILE *file = fopen(paths[i], "r");
    if (!file || !fgets(line, sizeof line, file)) return 1;
    fputs(line, stdout);
    if (fopen(paths[i], "w")) return 2;
  }
}
C
wherry build app -t built:1 >/dev/null
layer=$(wherry inspect --json built:1 | jq -r '.module.digest')
cp "$WHERRY_STORE/blobs/sha256/${layer#sha256:}" app.wasm
echo page >index.html
mkdir -p assets/deep && echo "from the bundle" >assets/deep/one && cp assets/deep/one assets/again
tar -C assets -czf assets.tgz .
data=application/vnd.wasm.content.layer.v1+data
bundle=application/vnd.wasm.content.bundle.v1.tar+gzip
lock=application/vnd.fermyon.spin.application.v1+config
wasm=application/vnd.wasm.content.layer.v1+wasm

# lock_file FILE...: lock.json, of a component with files.
lock_file() {
  printf '%s\n' "$@" | jq -s --arg wasm "$(digest_of app.wasm)" '{spin_lock_version: 0, triggers: [],
    components: [{id: "app", source: {content_type: "application/wasm", digest: $wasm},
      env: {GREETING: "hello from spin"}, files: .}]}' >lock.json
}
file() { echo "{\"path\":\"$1\",\"digest\":\"$(digest_of "$2")\"}"; }
inline="{\"path\":\"static/note\",\"inline\":\"$(echo inline | base64)\"}"

lock_file "$(file static/index.html index.html)" "$inline" "$(file deep/one assets/deep/one)" "$(file again assets/again)"
make_image spin '{"os":"Wasip1","architecture":"wasm"}' $wasm=app.wasm $data=index.html $bundle=assets.tgz $lock=lock.json
upload_image spin
run wherry pull -q "$REGISTRY/spin:1" --as spin:1
expect_status 0
run wherry run spin:1 -- /static/index.html /static/note /deep/one /again
expect_status 0
expect_out "hello from spin
page
inline
from the bundle
from the bundle"
run wherry inspect spin:1
[[ $OUT == *"brings        directory /"* ]] || fail "inspected: $OUT"
run wherry fsck
expect_status 0

# It goes on as an ordinary image, with all of that.
run wherry push spin:1 "$REGISTRY/ordinary:1" --format image
expect_status 0
run wherry pull -q "$REGISTRY/ordinary:1"
run wherry run "$REGISTRY/ordinary:1" -- /static/note /again
expect_out "hello from spin
inline
from the bundle"

before=$(wherry images)
lock_file "$(file static/index.html app/main.c)"
make_image lacking '{"os":"Wasip1","architecture":"wasm"}' $wasm=app.wasm $data=index.html $lock=lock.json
upload_image lacking
run wherry pull "$REGISTRY/lacking:1"
expect_status 1
expect_err_has "its file 'static/index.html', $(digest_of app/main.c), is in none of its layers"
for path in ../up /etc/passwd; do
  lock_file "$(file $path index.html)"
  make_image out '{"os":"Wasip1","architecture":"wasm"}' $wasm=app.wasm $data=index.html $lock=lock.json
  upload_image out
  run wherry pull "$REGISTRY/out:1"
  expect_status 1
  expect_err_has "$path"
done
expect_equal "$(wherry images)" "$before"
expect_equal "$(ls "$WHERRY_STORE/staging" | wc -l)" 0
