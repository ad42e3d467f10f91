#!/bin/bash
# A connection that nobody closed (a cable was pulled) does not keep its upload from the next one.
source "$(dirname "$0")/lib.sh"
serve_registry
begin_upload demo
cat >hang.py <<'PYTHON'
import socket, sys, time
host, port = sys.argv[1].split(":")
s = socket.create_connection((host, int(port)), 10)
s.sendall(f"PATCH {sys.argv[2]} HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n01234".encode())
time.sleep(60)
PYTHON
start hang.log python3 hang.py "$REGISTRY" "$LOCATION"
wait_for 10 eval "curl -fsS -D- -o /dev/null '$URL$LOCATION' | grep -q 'Range: 0-4'"
printf 0123456789 >blob
api PUT "$LOCATION?digest=$(digest_of blob)" -H 'Content-Range: 5-9' -d 56789
expect_code 201
