# Sourced by the scripts of this folder, on top of tests/lib.sh: a registry of our own, and curl as its client.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

MANIFEST=application/vnd.oci.image.manifest.v1+json
INDEX=application/vnd.oci.image.index.v1+json
DIR=$TEST_DIR/registry
NO_DIGEST=sha256:0000000000000000000000000000000000000000000000000000000000000000

# serve_registry FLAGS...: of $DIR, on a free port; $URL, $REGISTRY (its address), $PID and $SERVER_LOG.
serve_registry() {
  SERVER_LOG=$TEST_DIR/server.log
  rm -f "$SERVER_LOG"
  start "$SERVER_LOG" wherry-registryd serve --dir "$DIR" --listen 127.0.0.1:0 "$@"
  wait_for 30 eval "grep -q '^wherry: registry of' '$SERVER_LOG' || ! kill -0 $PID"
  URL=$(sed -n 's/^wherry: registry of .* on //p' "$SERVER_LOG")
  [[ $URL ]] || fail "does not serve: $(cat "$SERVER_LOG")"
  REGISTRY=${URL#*://}
}
# stop_registry [SIGNAL]
stop_registry() {
  kill "-${1:-TERM}" "$PID"
  wait "$PID" 2>/dev/null || true
}

# api METHOD PATH CURL_FLAGS...: $CODE is the answer's status, its head and body are files.
api() {
  local method=(-X "$1") path=$2
  [[ $1 == HEAD ]] && method=(-I)
  shift 2
  : >"$TEST_DIR/body"
  CODE=$(curl -sS "${method[@]}" -o "$TEST_DIR/body" -D "$TEST_DIR/head" -w '%{http_code}' "$@" "$URL$path") || true
}
field() { tr -d '\r' <"$TEST_DIR/head" | sed -n "s/^$1: //Ip" | tail -1; }
body() { cat "$TEST_DIR/body"; }
expect_code() { [[ $CODE == "$1" ]] || fail "status $CODE, expected $1: $(cat "$TEST_DIR/head" "$TEST_DIR/body")"; }
expect_field() { expect_equal "$(field "$1")" "$2" "field $1"; }
# expect_error STATUS CODE: an error document of the specification.
expect_error() {
  expect_code "$1"
  expect_equal "$(jq -r '.errors[0].code' "$TEST_DIR/body")" "$2" "error code"
  [[ $(jq -r '.errors[0].message' "$TEST_DIR/body") ]] || fail "no message"
}

digest_of() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
size_of() { stat -c %s "$1"; }
random_file() { head -c "$2" /dev/urandom >"$1"; }

# begin_upload REPOSITORY: $LOCATION is where it goes on.
begin_upload() {
  api POST "/v2/$1/blobs/uploads/" "${@:2}"
  expect_code 202
  LOCATION=$(field Location)
}
# push_blob REPOSITORY FILE
push_blob() {
  api POST "/v2/$1/blobs/uploads/?digest=$(digest_of "$2")" -H 'Content-Type: application/octet-stream' \
    --data-binary @"$2"
  expect_code 201
}
descriptor() { echo "{\"mediaType\":\"${2:-application/octet-stream}\",\"digest\":\"$(digest_of "$1")\",\"size\":$(size_of "$1")}"; }
# make_manifest CONFIG LAYER [MEMBERS]: on standard output.
make_manifest() {
  echo -n "{\"schemaVersion\":2,\"mediaType\":\"$MANIFEST\",\"config\":$(descriptor "$1" application/vnd.test.config),\"layers\":[$(descriptor "$2")]${3:+,$3}}"
}
# put_manifest REPOSITORY REFERENCE FILE [TYPE]
put_manifest() { api PUT "/v2/$1/manifests/$2" -H "Content-Type: ${4:-$MANIFEST}" --data-binary @"$3"; }
# push_image REPOSITORY TAG: config, layer and manifest.json.
push_image() {
  echo "{\"of\":\"$1:$2\"}" >config
  echo "layer of $1:$2" >layer
  push_blob "$1" config
  push_blob "$1" layer
  make_manifest config layer >manifest.json
  put_manifest "$1" "$2" manifest.json
  expect_code 201
}
