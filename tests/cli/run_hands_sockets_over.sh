#!/bin/bash
# wherry run --listen hands a listening socket over, says where it listens, and keeps both walls up; without it there is
# no socket.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -O1 -w "$WHERRY_SOURCE/tests/wasi/programs/accepts.c" -o app.wasm
mkdir data && touch data/file

start log wherry run --dir data:/data --listen 'tcp://127.0.0.1:*' app.wasm
wait_for 20 grep -q '^nobody yet: 1' log
port=$(sed -n 's/^wherry: listening on tcp:.*:\([0-9]*\)$/\1/p' log)
answer=$(python3 -c '
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1])), 10) as connection:
    connection.sendall(b"quit")
    print(connection.recv(64).decode())' "$port")
expect_equal "$answer" QUIT
wait "$PID" || fail "the program failed: $(cat log)"
expect_equal "$(grep -v '^wherry: listening' log)" $'sockets: 1, stream: 1, folder: found\nnobody yet: 1'

port=$(free_port)
start holder python3 -c "
import socket, time
taken = socket.socket()
taken.bind(('127.0.0.1', $port))
taken.listen()
print('taken', flush=True)
time.sleep(60)"
wait_for 20 grep -q taken holder
run wherry run --dir data:/data --listen "tcp://127.0.0.1:$port" app.wasm
expect_status 125
expect_err_has "opening the socket of --listen tcp://127.0.0.1:$port: address already in use"
