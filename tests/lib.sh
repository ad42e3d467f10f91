# Sourced by every test script: an empty folder to work in, the programs under test in PATH, stores and caches
# of the test's own, and a few assertions. A script ends at its first failure (set -e); what it started is
# stopped and its folder removed when it ends.
#
#   source "$(dirname "$0")/../lib.sh"

set -euo pipefail

: "${WHERRY_BIN:?the folder of the built programs: build/dev/bin}"
WHERRY_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
TEST_DIR=$(mktemp -d "${TMPDIR:-/tmp}/wherry-test.XXXXXX")
export PATH="$WHERRY_BIN:$PATH" HOME="$TEST_DIR/home" WHERRY_STORE="$TEST_DIR/store" WHERRY_CACHE="$TEST_DIR/cache"
unset XDG_DATA_HOME XDG_CACHE_HOME REGISTRY_AUTH_FILE DOCKER_CONFIG
mkdir -p "$HOME"
WORK="$TEST_DIR/work"
mkdir "$WORK"
cd "$WORK"

STARTED=() MOUNTED=()
finish() {
  local status=$?
  if ((${#STARTED[@]})); then
    kill "${STARTED[@]}" 2>/dev/null || true
    wait "${STARTED[@]}" 2>/dev/null || true
  fi
  if ((${#MOUNTED[@]})); then umount "${MOUNTED[@]}"; fi
  cd / && rm -rf "$TEST_DIR"
  exit $status
}
trap finish EXIT

fail() { echo "FAILED: $*" >&2; exit 1; }
skip() { echo "skipped: $*"; exit 77; }

# run COMMAND...: runs it; $STATUS, $OUT and $ERR hold what came of it.
run() {
  STATUS=0
  "$@" >"$TEST_DIR/out" 2>"$TEST_DIR/err" </dev/null || STATUS=$?
  OUT=$(cat "$TEST_DIR/out")
  ERR=$(cat "$TEST_DIR/err")
}

expect_status() { [[ $STATUS == "$1" ]] || fail "exit code $STATUS, expected $1; out: $OUT; err: $ERR"; }
expect_out() { [[ $OUT == "$1" ]] || fail "printed '$OUT', expected '$1'"; }
expect_err() { [[ $ERR == "$1" ]] || fail "said '$ERR', expected '$1'"; }
expect_err_has() { [[ $ERR == *"$1"* ]] || fail "said '$ERR', which lacks '$1'"; }
expect_equal() { [[ $1 == "$2" ]] || fail "'$1' is not '$2'${3:+ ($3)}"; }

# Fingerprint of a folder: every file's name and content.
tree_digest() { (cd "$1" 2>/dev/null && find . -type f -exec sha256sum {} + | sort -k2 | sha256sum) || echo none; }

# A port of the loopback interface that nothing listens on now.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# start LOGFILE COMMAND...: in the background until the script ends; its pid is $PID.
start() {
  local log=$1
  shift
  "$@" >"$log" 2>&1 </dev/null &
  PID=$!
  STARTED+=("$PID")
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "waited in vain for: $*"
    sleep 0.05
  done
}

# Debian's docker-registry on a free loopback port; its address is $REGISTRY.
start_registry() {
  local port folder=$TEST_DIR/${1:-registry}
  port=$(free_port)
  mkdir -p "$folder"
  cat >"$folder.yml" <<EOF
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $folder}, delete: {enabled: true}}
http: {addr: 127.0.0.1:$port}
EOF
  start "$folder.log" docker-registry serve "$folder.yml"
  REGISTRY=127.0.0.1:$port
  wait_for 20 curl -fsS "http://$REGISTRY/v2/"
}

# start_serve WHAT FLAGS...: wherry serve on a free port; its address is $URL, its pid $PID, its log $SERVE_LOG.
start_serve() {
  SERVE_LOG=$TEST_DIR/serve.log
  rm -f "$SERVE_LOG"
  start "$SERVE_LOG" wherry serve "$@" --listen 127.0.0.1:0
  wait_for 30 eval "grep -q '^wherry: serving' '$SERVE_LOG' || ! kill -0 $PID"
  URL=$(sed -n 's/^wherry: serving .* on //p' "$SERVE_LOG")
  [[ $URL ]] || fail "does not serve: $(cat "$SERVE_LOG")"
}

# wat FILE.wasm: compiles the WebAssembly text on standard input.
wat() { cat >"$1.wat"; wat2wasm --enable-threads "$1.wat" -o "$1"; rm "$1.wat"; }
