#!/usr/bin/env bash
# examples/primorial over HTTP: exact values, 400 for whatever is no number it takes, 405 for other methods.
source "$(dirname "$0")/../lib.sh"

wherry build "$WHERRY_SOURCE/examples/primorial" -t primorial:1
port=$(free_port)
start "$TEST_DIR/serve.log" wherry serve primorial:1 --listen "127.0.0.1:$port"
wait_for 60 curl -fsS "http://127.0.0.1:$port/?n=1"

cat >check.py <<'EOF'
import http.client, json, sys

connection = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))

def ask(query, method="GET"):
    connection.request(method, "/?" + query)
    answer = connection.getresponse()
    return answer.status, answer.getheader("Content-Type"), answer.read().decode()

def digits(number):  # Python refuses to print more than 4300 digits at once
    text = ""
    while number >= 10**1000:
        number, rest = divmod(number, 10**1000)
        text = "%01000d" % rest + text
    return str(number) + text

numbers = set(range(0, 130)) | {997, 1009, 4093, 9972, 9973, 9999, 10000}
product = 1
for n in range(0, 10001):
    if n >= 2 and all(n % d for d in range(2, int(n**0.5) + 1)):
        product *= n
    if n in numbers:
        expected = '{"original":"%d","primorial_value":"%s"}' % (n, digits(product))
        for query in ("n=%d" % n, "%d" % n):
            got = ask(query)
            assert got == (200, "application/json", expected), (query, got)
assert ask("n=1%30")[2] == '{"original":"10","primorial_value":"210"}'

for query in ["", "n", "n=", "n=-1", "n=10001", "n=99999999999999999999", "n=1e3", "n=%2B5", "n=+5", "n=10%20", "n=%2010",
              "n=007", "n=00", "n=1.0", "n=0x10", "n=ten", "n=%", "n=%zz", "n=%22%5C%00%0A%FF", "m=10", "n=10&m=1",
              "n=" + "1" * 1000]:
    status, content_type, body = ask(query)
    assert (status, content_type) == (400, "application/json"), (query, status, body)
    assert list(json.loads(body)) == ["error"], (query, body)

assert ask("n=10", "HEAD")[0] == 200
assert ask("n=10", "POST")[0] == 405
assert ask("n=10", "DELETE")[0] == 405
EOF
python3 check.py "$port"
