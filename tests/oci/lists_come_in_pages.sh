#!/bin/bash
# A list of tags whose pages follow each other, and ones that lead astray.
source "$(dirname "$0")/lib.sh"
start_server <<'PYTHON'
    import json, re
    at = int((re.search(r"last=(\d+)", path) or [0, 0])[1])
    link = {"good": "</v2/good/tags/list?n=2&last=%d>; rel=\"next\"" % (at + 2) if at < 4 else "",
            "away": '<http://127.0.0.2:1/v2/x>; rel="next"', "loop": '<?n=1>; rel="next"'}
    for name, header in link.items():
        if "/v2/%s/" % name in path: return 200, {"Content-Type": "application/json", "Link": header}, json.dumps({"tags": [str(at), str(at + 1)]}).encode()
    if "/v2/evil/" in path: return 200, {}, b'{"tags":["a\\u001b[2J"]}'
    return 404, {}, b""
PYTHON
run wherry tags "$SERVER/good"
expect_status 0
expect_out $'0\n1\n2\n3\n4\n5'
run wherry tags "$SERVER/away"
expect_status 1
expect_err_has "the next page is on another host"
run wherry tags "$SERVER/evil"
expect_status 1
expect_err_has 'an entry that is none: a\x1b[2J'
