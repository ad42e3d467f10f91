#!/bin/bash
# From C source to an answered curl: builds examples/primorial, pushes it to a registry on loopback, pulls it back
# under another name into an empty store, serves it and asks it. Prints the answer and what each step took, and
# stops what it started.
#   examples/demo.sh FOLDER_OF_PROGRAMS
set -euo pipefail
bin=$(cd "${1:?the folder of the built programs}" && pwd)
examples=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d "${TMPDIR:-/tmp}/wherry-demo.XXXXXX")
started=()
finish() {
  local status=$?
  ((${#started[@]})) && { kill "${started[@]}" 2>/dev/null; wait "${started[@]}" 2>/dev/null; }
  rm -rf "$work"
  ((status == 0)) || echo "demo: failed (exit code $status)" >&2
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM
export PATH="$bin:$PATH" WHERRY_CACHE="$work/cache"

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
wait_for() {
  for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.05; done
  echo "demo: waited in vain for: $*" >&2
  return 1
}

steps=()
# step TITLE COMMAND...: runs it and keeps its time.
step() {
  local title=$1 begin end
  shift
  echo "==> $title"
  echo "    \$ ${*//$work/…}"
  begin=$(date +%s%N)
  "$@" | sed 's/^/    /'
  end=$(date +%s%N)
  steps+=("$(printf '%-34s %6d ms' "$title" $(((end - begin) / 1000000)))")
}

port=$(free_port)
cat >"$work/registry.yml" <<EOF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: 127.0.0.1:$port}
EOF
docker-registry serve "$work/registry.yml" >"$work/registry.log" 2>&1 &
started+=($!)
registry=127.0.0.1:$port
wait_for curl -fsS "http://$registry/v2/"

export WHERRY_STORE="$work/store-of-the-developer"
step "build an image from C source" wherry build "$examples/primorial" -t primorial:1
step "name it for the registry" wherry tag primorial:1 "$registry/demo/primorial:1"
step "push it to the registry" wherry push "$registry/demo/primorial:1"

export WHERRY_STORE="$work/store-of-the-cluster"
step "pull it into an empty store" wherry pull "$registry/demo/primorial:1" --as service:live
step "look at what it asks for" wherry inspect service:live

http=$(free_port)
serve() {
  wherry serve service:live --listen "127.0.0.1:$http" 2>"$work/serve.log" &
  started+=($!)
  wait_for curl -fsS -o /dev/null "http://127.0.0.1:$http/?n=1" || { cat "$work/serve.log" >&2; return 1; }
}
echo "==> serve it (compiles once for this machine)"
echo "    \$ wherry serve service:live --listen 127.0.0.1:$http &"
begin=$(date +%s%N)
serve
steps+=("$(printf '%-34s %6d ms' "serve it, until the first answer" $((($(date +%s%N) - begin) / 1000000)))")

step "ask it" curl -fsS "http://127.0.0.1:$http/?n=10"
echo
answer=$(curl -fsS "http://127.0.0.1:$http/?n=100")
expected='{"original":"100","primorial_value":"2305567963945518424753102147331756070"}'
echo "    $answer"
[[ $answer == "$expected" ]] || { echo "demo: wrong answer, expected $expected" >&2; exit 1; }

echo
echo "What each step took:"
printf '  %s\n' "${steps[@]}"
