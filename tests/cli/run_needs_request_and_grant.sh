# What an image gets was both asked for in its wherry.toml and granted by the operator.
source "$(dirname "$0")/../lib.sh"

mkdir app && cat >app/main.c <<'EOF'
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  FILE *asked = fopen("/asked/f", "r"), *unasked = fopen("/unasked/f", "r"), *write = fopen("/asked/new", "w");
  printf("asked %d unasked %d write %d ASKED %d UNASKED %d\n", !!asked, !!unasked, !!write,
         !!getenv("ASKED"), !!getenv("UNASKED"));
}
EOF
cat >app/wherry.toml <<'EOF'
name = "app"
[permissions]
directories = [{ guest = "/asked", access = "read-only" }]
environment = ["ASKED"]
EOF
mkdir d && touch d/f
wherry build app -t app:1 >/dev/null

run wherry run app:1
expect_status 0
expect_out "asked 0 unasked 0 write 0 ASKED 0 UNASKED 0"
expect_err "wherry: warning: denied: open /asked/new for writing (grant it with --dir HOST:/asked:write+create)"

run wherry run app:1 --dir d:/asked --dir d:/unasked --env ASKED=1 --env UNASKED=1
expect_status 0
expect_out "asked 1 unasked 0 write 0 ASKED 1 UNASKED 0"
expect_err_has "warning: directory /unasked"
expect_err_has "warning: environment variable UNASKED"
[[ ! -e d/new ]] || fail "written beyond the request"
