#!/bin/bash
# wherry registry serve beside Debian's docker-registry, with the same client (curl, wrk) and the same disk, in turns:
#   bench/registry.sh FOLDER_OF_THE_PROGRAMS WORK_FOLDER      (called by bench/run.sh)
# A blob of 100 MB pushed and pulled, 64 blobs of 4 KiB pushed one after the other, one of them pulled over 16
# connections, and the most memory that each server took for all of it. Medians are printed.
set -euo pipefail
bin=$1 work=$2/registries
rounds=${REGISTRY_ROUNDS:-9} seconds=${SECONDS_A_ROUND:-3}
rm -rf "$work" && mkdir -p "$work"

declare -A pid url
stop() { kill "${pid[@]}" 2>/dev/null && wait "${pid[@]}" 2>/dev/null || true; }
trap 'stop; rm -rf "$work"' EXIT
answers() { curl -fsS -o /dev/null "$1/v2/" 2>/dev/null; }
wait_for() {
  for _ in $(seq 200); do
    "$@" && return
    sleep 0.05
  done
  echo "bench: waited in vain for: $*" >&2
  exit 1
}

# As Debian configures it, but without its log.
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/docker.yml" <<CONF
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {cache: {blobdescriptor: inmemory}, filesystem: {rootdirectory: $work/docker}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$port}
CONF
docker-registry serve "$work/docker.yml" 2>"$work/docker.log" &
pid[docker]=$! url[docker]=http://127.0.0.1:$port
wait_for answers "${url[docker]}"

"$bin/wherry-registryd" serve --quiet --dir "$work/wherry" --listen 127.0.0.1:0 2>"$work/wherry.log" &
pid[wherry]=$!
wait_for grep -q '^wherry: registry of' "$work/wherry.log"
url[wherry]=$(sed -n 's/^wherry: registry of .* on //p' "$work/wherry.log")

digest_of() { echo "sha256:$(sha256sum <"$1" | cut -d' ' -f1)"; }
mb=100
head -c "${mb}000000" /dev/urandom >"$work/large"
large=$(digest_of "$work/large")
smalls=()
for i in $(seq 64); do
  head -c 4096 /dev/urandom >"$work/small$i"
  smalls+=("$(digest_of "$work/small$i")")
done

# push URL/REPOSITORY FILE DIGEST: begins an upload, and sends all of it.
push() {
  local location
  location=$(curl -fsS -X POST -D- -o /dev/null "$1/blobs/uploads/" | tr -d '\r' | sed -n 's/^[Ll]ocation: //p')
  [[ $location == http* ]] || location=${1%%/v2/*}$location
  [[ $location == *\?* ]] && location+='&' || location+='?'
  curl -fsS -T "$2" -H 'Content-Type: application/octet-stream' -o /dev/null "${location}digest=$3"
}
push_smalls() { for i in $(seq 64); do push "$1" "$work/small$i" "${smalls[i - 1]}"; done; }
pull() { curl -fsS -o "$work/fetched" "$1/blobs/$large"; }

# measure NAME COMMAND...: appends the seconds it takes to WORK/NAME.
measure() {
  local name=$1 begin=$EPOCHREALTIME
  shift
  "$@"
  awk -v a="$begin" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }' >>"$work/$name"
}
# measure_rate NAME URL: appends the requests a second to WORK/NAME.
measure_rate() {
  wrk -t 1 -c 16 -d "${seconds}s" "$2" >"$work/wrk.out"
  if grep -E 'Non-2xx|Socket errors' "$work/wrk.out" >&2; then
    echo "bench: $1: failed requests" >&2
    exit 1
  fi
  awk '$1 == "Requests/sec:" { print $2 }' "$work/wrk.out" >>"$work/$1"
}

# In a repository of the round's own: a blob that a server has is sent anew, which both allow.
for round in $(seq 0 "$rounds"); do
  for name in docker wherry; do
    repository=${url[$name]}/v2/round$round
    sync
    measure $name.push push "$repository" "$work/large" "$large"
    measure $name.pull pull "$repository"
    measure $name.smalls push_smalls "$repository"
    measure_rate $name.rate "$repository/blobs/${smalls[0]}"
  done
  if [ "$round" = 0 ]; then rm "$work"/*.{push,pull,smalls,rate}; fi # that was to warm up
done

median() { sort -n "$1" | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }
peak() { sed -n 's/^VmHWM:[[:space:]]*\([0-9]*\) kB/\1/p' "/proc/${pid[$1]}/status"; }
# row WHAT AMOUNT SUFFIX: AMOUNT a second, of the medians of seconds.
row() {
  awk -v what="$1" -v n="$2" -v d="$(median "$work/docker.$3")" -v w="$(median "$work/wherry.$3")" \
    'BEGIN { printf "%-36s %16.0f %16.0f %8.2f\n", what, n / d, n / w, d / w }'
}
printf '%-36s %16s %16s %8s\n' "medians of $rounds" docker-registry "wherry registry" ratio
row 'push of 100 MB, MB/s' $mb push
row 'pull of 100 MB, MB/s' $mb pull
row 'pushes of 4 KiB one by one, blobs/s' 64 smalls
awk -v d="$(median "$work/docker.rate")" -v w="$(median "$work/wherry.rate")" \
  'BEGIN { printf "%-36s %16.0f %16.0f %8.2f\n", "pulls of 4 KiB, 16 connections, /s", d, w, w / d }'
awk -v d="$(peak docker)" -v w="$(peak wherry)" \
  'BEGIN { printf "%-36s %16.1f %16.1f %8.2f\n", "most memory, MiB", d / 1024, w / 1024, w / d }'
