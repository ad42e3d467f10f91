# On SIGTERM a request in progress is still answered, new connections are refused, and the exit code is 0.
source "$(dirname "$0")/../lib.sh"

mkdir app
cat >app/main.c <<'C'
#include <stdio.h>
#include <unistd.h>
int main(void) {
  fprintf(stderr, "begun\n");
  sleep(1);
  printf("Content-Type: text/plain\n\ndone\n");
}
C
echo 'trigger = "http"' >app/wherry.toml
wherry build app -t app:1 >/dev/null
start_serve app:1
curl -sS "$URL" >answer &
client=$!
wait_for 10 grep -q begun "$SERVE_LOG"
kill -TERM "$PID"
sleep 0.2
run curl -sS "$URL"
expect_status 7
wait "$client" || fail "the client got no answer"
expect_equal "$(cat answer)" done
STATUS=0
wait "$PID" || STATUS=$?
expect_equal "$STATUS" 0
