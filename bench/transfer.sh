#!/bin/bash
# What wherry push, pull and copy move a second, beside curl between the same end points:
#   bench/transfer.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh)
# An image of 100 MB and Debian's docker-registry on loopback, with its blobs on disk, in turns; medians are printed.
# First over TLS, as registries are spoken to, then over plain HTTP.
# curl sends and fetches the one large blob and nothing else. It computes no digest and waits for no disk, and
# wherry does both; in further rows of pull curl fetches all of the image, manifest and config too, or waits for the disk.
set -euo pipefail
bin=$1 work=$2/transfer
rounds=${TRANSFER_ROUNDS:-9}
rm -rf "$work" && mkdir -p "$work"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=bench \
  -addext 'subjectAltName=IP:127.0.0.1' -keyout "$work/tls.key" -out "$work/tls.crt" 2>/dev/null
registries=()
trap 'kill "${registries[@]}"; wait "${registries[@]}" 2>/dev/null || true; rm -rf "$work"' EXIT
# start_registry SCHEME: one over its own folder; its address is ${address[SCHEME]}.
declare -A address
start_registry() {
  local scheme=$1 tls=
  address[$scheme]=127.0.0.1:$(free_port)
  [ "$scheme" = http ] || tls=", tls: {certificate: $work/tls.crt, key: $work/tls.key}"
  cat >"$work/$scheme.yml" <<CONF
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}, delete: {enabled: true}}
http: {addr: "${address[$scheme]}"$tls}
CONF
  docker-registry serve "$work/$scheme.yml" 2>"$work/$scheme.log" &
  registries+=($!)
  for _ in $(seq 200); do
    curl -fsS --cacert "$work/tls.crt" -o /dev/null "$scheme://${address[$scheme]}/v2/" 2>/dev/null && return
    sleep 0.05
  done
  echo "transfer: docker-registry does not answer over $scheme" >&2
  exit 1
}
start_registry https
start_registry http

# A store with one image: a module of 100 MB, which is the header and a custom section of random bytes.
export WHERRY_STORE=$work/store
read -r digest size config < <(python3 - "$WHERRY_STORE" <<'PYTHON'
import hashlib, json, os, sys
def leb(n): return bytes([n & 127 | 128]) + leb(n >> 7) if n > 127 else bytes([n])
def add(kind, data):
    digest = hashlib.sha256(data).hexdigest()
    open(f"{store}/blobs/sha256/{digest}", "wb").write(data)
    return {"mediaType": kind, "digest": "sha256:" + digest, "size": len(data)}
store = sys.argv[1]
os.makedirs(store + "/blobs/sha256")
body = b"\5bench" + os.urandom(100_000_000 - 20)
module = add("application/wasm", b"\0asm\1\0\0\0\0" + leb(len(body)) + body)
config = add("application/vnd.wasm.config.v0+json", json.dumps(
    {"created": "1980-01-01T00:00:01Z", "architecture": "wasm", "os": "wasip1", "layerDigests": [module["digest"]]}).encode())
oci = "application/vnd.oci.image.manifest.v1+json"
image = add(oci, json.dumps({"schemaVersion": 2, "mediaType": oci, "config": config, "layers": [module]}).encode())
image["annotations"] = {"org.opencontainers.image.ref.name": "large:1"}
json.dump({"schemaVersion": 2, "manifests": [image]}, open(store + "/index.json", "w"))
json.dump({"imageLayoutVersion": "1.0.0"}, open(store + "/oci-layout", "w"))
print(module["digest"], module["size"], config["digest"])
PYTHON
)
large=$WHERRY_STORE/blobs/sha256/${digest#*:}
mb=$(awk -v n="$size" 'BEGIN { print n / 1e6 }')

# measure NAME COMMAND...: appends the seconds it takes to WORK/NAME.
measure() {
  local name=$1 begin=$EPOCHREALTIME
  shift
  "$@"
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$work/$name"
}

# What was pushed and pulled is taken away between the rounds; the store itself stays, as it does on any machine.
mkdir "$work/pulled"
WHERRY_STORE=$work/pulled "$bin/wherry" images >/dev/null
forget() {
  rm -rf "$work/registry/docker" "$work/fetched"
  WHERRY_STORE=$work/pulled "$bin/wherry" rmi "${address[$scheme]}/team/large:1" >/dev/null 2>&1 || true
}
curl_over() { curl -fsS --cacert "$work/tls.crt" "$@"; }
curl_push() {
  local location
  location=$(curl_over -X POST -D- -o /dev/null "$base/v2/curl/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  curl_over -T "$large" -H 'Content-Type: application/octet-stream' -o /dev/null "$location&digest=$digest"
}
curl_pull() { curl_over -o "$work/fetched" "$base/v2/curl/blobs/$digest"; }
# One process and one connection; it is told the digests that are in the manifest.
curl_pull_image() {
  curl_over -H 'Accept: application/vnd.oci.image.manifest.v1+json' -o "$work/manifest" "$base/v2/team/large/manifests/1" \
    -o "$work/config" "$base/v2/team/large/blobs/$config" -o "$work/fetched" "$base/v2/team/large/blobs/$digest"
}
curl_pull_to_disk() { curl_pull && sync "$work/fetched"; }
wherry_push() { "$bin/wherry" push -q "${flags[@]}" large:1 "${address[$scheme]}/team/large:1"; }
wherry_pull() { "$bin/wherry" pull -q "${flags[@]}" --store "$work/pulled" "${address[$scheme]}/team/large:1"; }

# In turns; the first round is to warm up.
run_rounds() {
  for round in $(seq 0 "$rounds"); do
    forget
    sync
    measure curl.push curl_push
    sync # what the registry has not written yet is nobody's to wait for
    measure curl.pull curl_pull
    rm "$work/fetched"
    sync
    measure curl.pull-to-disk curl_pull_to_disk
    forget
    sync
    measure wherry.push wherry_push
    sync
    measure curl.pull-image curl_pull_image
    rm "$work/fetched"
    sync
    measure wherry.pull wherry_pull
    if [ "$round" = 0 ]; then rm "$work"/{curl,wherry}.*; fi
  done
}

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
for scheme in https http; do
  base=$scheme://${address[$scheme]}
  # Without a flag a registry on loopback is spoken to without TLS.
  flags=()
  [ $scheme = http ] || flags=(--ca-file "$work/tls.crt")
  run_rounds
  forget
  printf '%-28s %12s %12s %10s\n' "$scheme, $mb MB" "curl, MB/s" "wherry, MB/s" ratio
  for what in push pull pull-image pull-to-disk; do
    awk -v what=$what -v mb="$mb" -v c="$(median "$work/curl.$what")" -v w="$(median "$work/wherry.${what%%-*}")" \
      'BEGIN { printf "%-28s %12.0f %12.0f %10.2f\n", what, mb / c, mb / w, c / w }'
  done
  rm "$work"/{curl,wherry}.*
done
