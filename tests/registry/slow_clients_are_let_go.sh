#!/bin/bash
# A head that does not end gets 408 after its time, others are served meanwhile; too many connections get 503.
source "$(dirname "$0")/lib.sh"
serve_registry
cat >slow.py <<'PYTHON'
import socket, sys, time
host, port = sys.argv[1].split(":")
slow = []
for _ in range(300):
    s = socket.create_connection((host, int(port)), 10)
    s.sendall(b"GET /v2/ HTTP/1.1\r\n")
    slow.append(s)
answers = []
for s in slow:
    s.settimeout(20)
    try: answers.append(s.recv(100)[:12].decode())
    except ConnectionResetError: answers.append("reset")
print(answers.count("HTTP/1.1 408"), answers.count("HTTP/1.1 503") + answers.count("reset"))
PYTHON
python3 slow.py "$REGISTRY" >counts &
slow=$!
wait_for 5 eval "curl -s -o /dev/null -w '%{http_code}' '$URL/v2/' | grep -q 503"
wait $slow
expect_equal "$(cat counts)" "256 44"
api GET /v2/
expect_code 200
