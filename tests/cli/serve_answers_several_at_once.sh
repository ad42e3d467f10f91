# A guest that sleeps does not keep others waiting.
source "$(dirname "$0")/../lib.sh"

mkdir app
cat >app/main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  if (strcmp(getenv("PATH_INFO"), "/slow") == 0) sleep(3);
  printf("Content-Type: text/plain\n\n%s\n", getenv("PATH_INFO"));
}
C
echo 'trigger = "http"' >app/wherry.toml
wherry build app -t app:1 >/dev/null
start_serve app:1
begin=$(date +%s%N)
slow=()
for i in 1 2 3 4 5 6 7 8; do
  curl -sS "$URL/slow" >"slow.$i" &
  slow+=($!)
done
sleep 0.3
expect_equal "$(curl -sS --max-time 2 "$URL/quick")" "/quick"
wait "${slow[@]}"
elapsed_ms=$((($(date +%s%N) - begin) / 1000000))
expect_equal "$(cat slow.* | uniq -c | xargs)" "8 /slow"
((elapsed_ms < 12000)) || fail "eight sleeps of 3 s took $elapsed_ms ms: one after the other"
