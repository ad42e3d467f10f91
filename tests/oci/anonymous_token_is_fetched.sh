#!/bin/bash
# A registry that wants a token which anybody may have: it is fetched. One that wants a login says so.
source "$(dirname "$0")/lib.sh"
start_server <<'PYTHON'
    if path.startswith("/token"):
        return 200, {"Content-Type": "application/json"}, b'{"access_token":"anybody"}' if "scope=repository%3Aopen%3Apull" in path else b'{}'
    scope = "open" if "/open/" in path else "closed"
    challenge = 'Basic realm="x"' if scope == "closed" else 'Bearer realm="http://%s/token",service="s",scope="repository:open:pull"' % sys.argv[1]
    if "/v2/" in path: return 401, {"WWW-Authenticate": challenge, "Content-Type": "application/json"}, b'{"errors":[{"code":"UNAUTHORIZED","message":"authentication required"}]}'
    return 200, {}, b""
PYTHON
run registry pull "$SERVER/closed:1"
expect_status 1
expect_err_has "HTTP 401: authentication required (UNAUTHORIZED); it wants a login"
run registry pull "$SERVER/open:1"
expect_status 1
expect_err_has "HTTP 401"
grep -q 'GET /token?service=s&scope=repository%3Aopen%3Apull' "$TEST_DIR/server.log" || fail "no token was asked for"
