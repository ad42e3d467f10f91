#!/bin/bash
# What wherry push, pull and copy move a second, beside curl between the same end points:
#   bench/transfer.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh)
# An image of 100 MB and Debian's docker-registry on loopback, with its blobs on disk, in turns; medians are printed.
# curl sends and fetches the one large blob and nothing else. It computes no digest and waits for no disk, and
# wherry does both; in a second row of pull it waits for the disk too.
set -euo pipefail
bin=$1 work=$2/transfer
rounds=${TRANSFER_ROUNDS:-9}
rm -rf "$work" && mkdir -p "$work"

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/registry.yml" <<CONF
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $work/registry}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$port}
CONF
docker-registry serve "$work/registry.yml" 2>"$work/registry.log" &
registry=$!
trap 'kill $registry; wait $registry 2>/dev/null || true; rm -rf "$work"' EXIT
for _ in $(seq 200); do
  curl -fsS -o /dev/null "http://127.0.0.1:$port/v2/" 2>/dev/null && break
  sleep 0.05
done

# A store with one image: a module of 100 MB, which is the header and a custom section of random bytes.
export WHERRY_STORE=$work/store
read -r digest size < <(python3 - "$WHERRY_STORE" <<'PYTHON'
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
print(module["digest"], module["size"])
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
  WHERRY_STORE=$work/pulled "$bin/wherry" rmi "127.0.0.1:$port/team/large:1" >/dev/null 2>&1 || true
}
curl_push() {
  local location
  location=$(curl -fsS -X POST -D- -o /dev/null "http://127.0.0.1:$port/v2/curl/blobs/uploads/" | tr -d '\r' |
    sed -n 's/^Location: //p')
  curl -fsS -T "$large" -H 'Content-Type: application/octet-stream' -o /dev/null "$location&digest=$digest"
}
curl_pull() { curl -fsS -o "$work/fetched" "http://127.0.0.1:$port/v2/$1/blobs/$digest"; }
curl_pull_to_disk() { curl_pull "$1" && sync "$work/fetched"; }

for round in $(seq 0 "$rounds"); do
  for name in curl wherry; do
    forget
    sync
    if [ $name = curl ]; then
      measure curl.push curl_push
      sync # what the registry has not written yet is nobody's to wait for
      measure curl.pull curl_pull curl
      rm "$work/fetched"
      sync
      measure curl.pull-to-disk curl_pull_to_disk curl
    else
      measure wherry.push "$bin/wherry" push -q large:1 "127.0.0.1:$port/team/large:1"
      sync
      measure wherry.pull "$bin/wherry" pull -q --store "$work/pulled" "127.0.0.1:$port/team/large:1"
    fi
  done
  if [ "$round" = 0 ]; then rm "$work"/{curl,wherry}.{push,pull} "$work/curl.pull-to-disk"; fi # that was to warm up
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
printf '%-28s %12s %12s %10s\n' "$mb MB, medians of $rounds" "curl, MB/s" "wherry, MB/s" ratio
for what in push pull pull-to-disk; do
  awk -v what=$what -v mb="$mb" -v c="$(median "$work/curl.$what")" -v w="$(median "$work/wherry.${what%-to-disk}")" \
    'BEGIN { printf "%-28s %12.0f %12.0f %10.2f\n", what, mb / c, mb / w, c / w }'
done
