# Sourced by the scripts of this folder, on top of tests/lib.sh.
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
: "${IMAGE_STORE_TOOL:?the program image_store_tool}"

registry() { wherry-registry "$@"; }
store_tool() { "$IMAGE_STORE_TOOL" "$WHERRY_STORE" "$@"; }

# An image NAME in the store, of a module that exports the function `answer`, which returns NUMBER.
add_image() {
  echo "(module (func (export \"answer\") (result i32) i32.const ${2:-42}))" | wat app.wasm
  store_tool add "$1" app.wasm
}

digest_of() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
size_of() { stat -c %s "$1"; }

# upload REPOSITORY FILE: a blob to $REGISTRY with curl alone, as any other client would.
upload() {
  local location
  location=$(curl -fsS -X POST -D- -o /dev/null "http://$REGISTRY/v2/$1/blobs/uploads/" |
    tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  curl -fsS -X PUT -H 'Content-Type: application/octet-stream' --data-binary @"$2" -o /dev/null \
    "$location&digest=$(digest_of "$2")"
}

# upload_manifest REPOSITORY TAG TYPE FILE
upload_manifest() {
  curl -fsS -X PUT -H "Content-Type: $3" --data-binary @"$4" -o /dev/null "http://$REGISTRY/v2/$1/manifests/$2"
}

# make_image NAME CONFIG_JSON LAYER...: NAME.json, the manifest of an ordinary image made by hand. A layer is a
# file, or TYPE=FILE; by itself its type is OCI's tar, +gzip or +zstd by its name.
make_image() {
  local name=$1 layers=() layer type
  printf %s "$2" >"$name.config"
  shift 2
  for layer in "$@"; do
    case $layer in
      *=*) type=${layer%%=*} layer=${layer#*=} ;;
      *.tgz) type=application/vnd.oci.image.layer.v1.tar+gzip ;;
      *.zst) type=application/vnd.oci.image.layer.v1.tar+zstd ;;
      *) type=application/vnd.oci.image.layer.v1.tar ;;
    esac
    layers+=("{\"mediaType\":\"$type\",\"digest\":\"$(digest_of "$layer")\",\"size\":$(size_of "$layer"),\"x\":\"$layer\"}")
  done
  printf '%s\n' "${layers[@]}" | jq -cs --arg type "${CONFIG_TYPE:-application/vnd.oci.image.config.v1+json}" \
    --arg digest "$(digest_of "$name.config")" --argjson size "$(size_of "$name.config")" \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {mediaType: $type, digest: $digest, size: $size}, layers: .}' >"$name.json"
}

# upload_image NAME [REPOSITORY]: what make_image made, to $REGISTRY under the tag 1.
upload_image() {
  local repository=${2:-$1} layer
  upload "$repository" "$1.config"
  for layer in $(jq -r '.layers[].x' "$1.json"); do upload "$repository" "$layer"; done
  upload_manifest "$repository" 1 application/vnd.oci.image.manifest.v1+json "$1.json"
}

# A server on a free loopback port that answers as the Python function body on standard input says: `path` in,
# (status, headers, body) out. Its address is $SERVER.
start_server() {
  SERVER=127.0.0.1:$(free_port)
  { cat <<'PYTHON'
import http.server, sys
def answer(method, path):
PYTHON
    cat
    cat <<'PYTHON'
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def reply(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        status, headers, body = answer(self.command, self.path)
        self.send_response(status)
        for name, value in headers.items(): self.send_header(name, value)
        if "Content-Length" not in headers: self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD": self.wfile.write(body)
    do_GET = do_HEAD = do_POST = do_PUT = reply
host, port = sys.argv[1].rsplit(":", 1)
http.server.ThreadingHTTPServer((host, int(port)), Handler).serve_forever()
PYTHON
  } >"$TEST_DIR/server.py"
  start "$TEST_DIR/server.log" python3 "$TEST_DIR/server.py" "$SERVER"
  wait_for 20 curl -sS -o /dev/null "http://$SERVER/"
}

# tls_authority NAME: an authority of the test's own, NAME.crt and NAME.key.
tls_authority() {
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj "/CN=$1" \
    -keyout "$1.key" -out "$1.crt" 2>/dev/null
}

# tls_certificate AUTHORITY NAME SUBJECT_ALT_NAME [X509_FLAGS...]: NAME.crt and NAME.key, signed by AUTHORITY.
tls_certificate() {
  local authority=$1 name=$2 alternative=$3
  shift 3
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$name" \
    -keyout "$name.key" -out "$name.csr" 2>/dev/null
  openssl x509 -req -in "$name.csr" -CA "$authority.crt" -CAkey "$authority.key" -CAcreateserial -days 1 \
    -extfile <(echo "subjectAltName=$alternative") "$@" -out "$name.crt" 2>/dev/null
}

# start_registry_with NAME ADDRESS <<YML: another docker-registry, with further lines of configuration; its address
# is $REGISTRY. `http` is to be given whole.
start_registry_with() {
  REGISTRY=$2
  {
    printf 'version: 0.1\nlog: {level: error}\n'
    printf 'storage: {filesystem: {rootdirectory: %s}, delete: {enabled: true}}\n' "$TEST_DIR/$1"
    cat
  } >"$TEST_DIR/$1.yml"
  start "$TEST_DIR/$1.log" docker-registry serve "$TEST_DIR/$1.yml"
  wait_for 20 bash -c "curl -skS -o /dev/null --max-time 2 https://$2/v2/ || curl -sS -o /dev/null --max-time 2 http://$2/v2/"
}

# login USER PASSWORD REGISTRY FLAGS...
login() {
  local user=$1 password=$2
  shift 2
  STATUS=0
  printf '%s\n' "$password" | wherry login -u "$user" --password-stdin "$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" || STATUS=$?
  OUT=$(cat "$TEST_DIR/out")
  ERR=$(cat "$TEST_DIR/err")
}

# start_proxy RULE...: faulty_proxy.py in front of $REGISTRY, at $PROXY; requests are listed in $PROXY_LOG.
start_proxy() {
  PROXY=127.0.0.1:$(free_port)
  PROXY_LOG=$TEST_DIR/proxy.requests
  : >"$PROXY_LOG"
  start "$TEST_DIR/proxy.log" python3 "$WHERRY_SOURCE/tests/oci/faulty_proxy.py" "$PROXY" "$REGISTRY" "$PROXY_LOG" "$@"
  wait_for 20 bash -c "exec 3<>/dev/tcp/${PROXY/://}"
}

# requests REGEX: how many lines of the proxy's list match.
requests() { grep -cE "$1" "$PROXY_LOG" || true; }

# large_module FILE BYTES: a module whose custom section is random.
large_module() {
  python3 - "$1" "$2" <<'PYTHON'
import os, sys
def leb(n): return bytes([n & 127 | 128]) + leb(n >> 7) if n > 127 else bytes([n])
body = b"\4fill" + os.urandom(int(sys.argv[2]))
open(sys.argv[1], "wb").write(b"\0asm\1\0\0\0\0" + leb(len(body)) + body)
PYTHON
}
