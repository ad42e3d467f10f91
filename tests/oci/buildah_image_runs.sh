#!/bin/bash
# An image that Debian's buildah makes FROM scratch, labelled linux/amd64 as buildah does, is pulled and run: its
# Entrypoint names the module, Env and Cmd hold, its other files are there to read.
source "$(dirname "$0")/lib.sh"
command -v buildah >/dev/null || skip "buildah is not installed"
cat >main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv) {
  char line[100] = "no file";
  FILE *file = fopen("/data/words", "r");
  if (file) fgets(line, sizeof line, file);
  printf("%s %s %s %s\n", getenv("GREETING"), argc > 1 ? argv[1] : "-", argc > 2 ? argv[2] : "-", line);
}
C
mkdir source
mv main.c source
wherry build source -t plain:1 >/dev/null
cp "$(store_tool find plain:1 | cut -d' ' -f3)" app.wasm
echo words >words
cat >Containerfile <<'END'
FROM scratch
COPY app.wasm /app.wasm
COPY words /data/words
ENV GREETING=hello
ENTRYPOINT ["/app.wasm", "first"]
CMD ["default"]
END
buildah() { command buildah --storage-driver vfs --root "$TEST_DIR/root" --runroot "$TEST_DIR/run" "$@"; }
run buildah bud --isolation chroot --layers -t demo .
((STATUS == 0)) || skip "buildah does not work here: $(tail -1 <<<"$ERR")"
start_registry
for format in oci v2s2; do
  buildah push -q --tls-verify=false --format $format demo "docker://$REGISTRY/demo:$format" >/dev/null
  run wherry pull "$REGISTRY/demo:$format" --as demo:$format
  expect_status 0
  run wherry run demo:$format
  expect_out "hello first default words"
  run wherry run demo:$format given
  expect_out "hello first given words"
done
run wherry run --env GREETING=bye --grant-unrequested demo:oci
expect_out "bye first default words"
