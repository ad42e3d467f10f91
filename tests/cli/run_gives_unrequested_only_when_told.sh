# An operator is told of what he grants without being asked for it, and has to say so by a flag.
source "$(dirname "$0")/../lib.sh"

mkdir app d && cat >app/main.c <<'C'
#include <stdio.h>
#include <stdlib.h>
int main(void) {
  FILE *file = fopen("/d/f", "r");
  printf("file %d variable %s asked %s\n", !!file, getenv("UNASKED") ?: "-", getenv("ASKED") ?: "-");
}
C
printf 'name = "app"\n[permissions]\nenvironment = ["ASKED"]\n' >app/wherry.toml
touch d/f
wherry build app -t app:1 >/dev/null

run wherry run app:1 --dir d --env UNASKED=1
expect_status 0
expect_out "file 0 variable - asked -"
expect_err_has "wherry: warning: directory /d: granted, but the image does not ask for it (give it anyway with --grant-unrequested"
run wherry run app:1 --dir d --env UNASKED=1 --grant-unrequested
expect_out "file 1 variable 1 asked -"
expect_err ""

# What the image asks for: of the network, and variables that are set here.
ASKED=here run wherry run app:1 --allow-requested
expect_out "file 0 variable - asked here"
