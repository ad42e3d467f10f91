#!/bin/bash
# Web pages, endless answers, redirect loops and other protocols, where a registry was expected.
source "$(dirname "$0")/lib.sh"
start_server <<'PYTHON'
    page = "<html><body>Welcome</body></html>".encode()
    if "/page/" in path: return 200, {"Content-Type": "text/html; charset=utf-8"}, page
    if "/lost/" in path: return 404, {"Content-Type": "text/html"}, page
    if "/endless/" in path: return 200, {"Content-Type": "application/json"}, b" " * (5 << 20)
    if "/headers/" in path: return 200, {"X-%d" % i: "y" * 1000 for i in range(99)}, b"{}"
    if "/loop/" in path: return 307, {"Location": path}, b""
    if "/file/" in path: return 307, {"Location": "file:///etc/passwd"}, b""
    if "/rude/" in path: return 500, {"Content-Type": "application/json"}, b'{"errors":[{"message":"a\\u001b[2Jb\\nc"}]}'
    return 200, {"Content-Type": "application/json"}, b"[1,2"
PYTHON
while IFS='|' read -r name said; do
  run registry pull --retries 0 "$SERVER/$name:1"
  expect_status 1
  expect_err_has "pulling $SERVER/$name:1: "
  expect_err_has "$said"
  expect_equal "$(wc -l <"$TEST_DIR/err")" 1 "$name"
done <<EOF_CASES
page|a web page came (HTTP 200): the address is no registry's
lost|a web page came (HTTP 404)
endless|the answer exceeds 4194304 bytes
headers|headers exceed
loop|redirects
file|$SERVER: 
rude|HTTP 500: a\\x1b[2Jb\\nc; try again later
other|not JSON
EOF_CASES
