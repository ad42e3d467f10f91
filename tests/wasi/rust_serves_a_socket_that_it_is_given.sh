#!/bin/bash
# Rust's std::net::TcpListener accepts connections on a socket that the program was given.
source "$(dirname "$0")/../lib.sh"
source "$WHERRY_SOURCE/tests/wasi/rust.sh"
# std::os::wasi is not stable in any release yet.
RUSTC_BOOTSTRAP=1 build_rust "$WHERRY_SOURCE/tests/wasi/programs/accepts.rs" app.wasm
mkdir data && printf contents >data/file

start log wasi_runner --preopen --dir data:/data --listen 'tcp://127.0.0.1:*' app.wasm
wait_for 20 grep -q '^nobody yet' log
port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' log)
for text in one two; do
  answer=$(python3 -c '
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as connection:
    connection.sendall(sys.argv[2].encode())
    connection.shutdown(socket.SHUT_WR)
    print(connection.recv(64).decode())' "$port" "$text")
  expect_equal "$answer" "${text^^}"
done
wait "$PID" || fail "the program failed: $(cat log)"
expect_equal "$(grep -v '^listening' log)" $'nobody yet: Some(WouldBlock)\nfile: contents'
