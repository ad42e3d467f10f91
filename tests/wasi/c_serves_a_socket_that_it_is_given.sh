#!/bin/bash
# A C program (wasi-libc) accepts connections on a socket that it was given, beside a folder: over IPv4 and IPv6.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -O1 -w "$WHERRY_SOURCE/tests/wasi/programs/accepts.c" -o app.wasm
mkdir data && touch data/file

say() { python3 -c '
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as connection:
    connection.sendall(sys.argv[3].encode())
    print(connection.recv(64).decode())' "$@"; }

for address in 127.0.0.1 ::1; do
  [[ $address != *:* || -s /proc/net/if_inet6 ]] || continue
  host=$address
  [[ $address != *:* ]] || host="[$address]"
  start log wasi_runner --preopen --env LISTEN_FDS=1 --dir data:/data --listen "tcp://$host:*" app.wasm
  wait_for 20 grep -q '^nobody yet: 1' log
  port=$(sed -n 's/^listening on .*:\([0-9]*\)$/\1/p' log)
  expect_equal "$(say "$address" "$port" "hello")" "HELLO"
  expect_equal "$(say "$address" "$port" "quit")" "QUIT"
  wait "$PID" || fail "the program failed: $(cat log)"
  expect_equal "$(grep -v '^listening' log)" $'sockets: 1, stream: 1, folder: found\nnobody yet: 1'
done
