# A CGI program gets the request in arguments, environment and standard input, and answers on standard output.
source "$(dirname "$0")/../lib.sh"

mkdir app
cat >app/main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static const char* variable(const char* name) { const char* value = getenv(name); return value ? value : "(none)"; }
int main(int argc, char** argv) {
  char body[100];
  size_t length = fread(body, 1, sizeof body, stdin);
  printf("Status: 201 Made\r\nContent-Type: text/plain\nX-Test: yes\r\nConnection: evil\n\n");
  for (int i = 0; i < argc; i++) printf("[%s]", argv[i]);
  printf(" %s %s '%s' %s %s %s body=%.*s", variable("REQUEST_METHOD"), variable("PATH_INFO"), variable("QUERY_STRING"),
         variable("HTTP_X_A"), variable("HTTP_PROXY"), variable("CONTENT_LENGTH"), (int)length, body);
  fprintf(stderr, "a line for the log\n");
}
C
echo 'trigger = "http"' >app/wherry.toml
wherry build app -t app:1 >/dev/null
start_serve app:1

expect_equal "$(curl -sS "$URL/a%20b?x=1&y" -H 'X-A: 5' -H 'Proxy: http://evil')" \
  "[/a%20b][x=1][y] GET /a b 'x=1&y' 5 (none) (none) body="
expect_equal "$(curl -sS "$URL" --data hello)" "[/] POST / '' (none) (none) 5 body=hello"
head=$(curl -sS -D - -o /dev/null "$URL" | tr -d '\r')
[[ $head == "HTTP/1.1 201 Made"* && $head == *"X-Test: yes"* && $head == *"Server: wherry/"* ]] || fail "$head"
[[ $head != *evil* ]] || fail "a field of the connection was passed on: $head"
expect_equal "$(curl -sS -I "$URL" -o /dev/null -w '%{http_code} %{size_download}')" "201 0"
grep -q 'guest stderr="a line for the log"' "$SERVE_LOG" || fail "$(cat "$SERVE_LOG")"
