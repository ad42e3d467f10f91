# More requests at once than run or wait: 503 with Retry-After, while those that wait are answered.
source "$(dirname "$0")/../lib.sh"

wat spin.wasm <<<'(module (memory (export "memory") 1) (func (export "_start") (loop (br 0))))'
start_serve ./spin.wasm --threads 1 --request-timeout 4s
python3 - "${URL##*:}" <<'PYTHON' || fail "$(cat "$SERVE_LOG")"
import socket, sys
clients = []
for i in range(600):  # one runs, 512 wait
    client = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
    client.sendall(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
    clients.append(client)
clients[-1].settimeout(20)
answer = clients[-1].recv(10000)
assert answer.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1\r\n" in answer, answer
clients[0].settimeout(20)
answer = clients[0].recv(10000)
assert answer.startswith(b"HTTP/1.1 504 "), answer
PYTHON
