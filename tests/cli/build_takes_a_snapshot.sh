# build.snapshot in wherry.toml: the image holds the module as its initialisation left it.
source "$(dirname "$0")/../lib.sh"

mkdir app
cat >app/main.c <<'C'
#include <stdio.h>
static int table[100], runs;
__attribute__((export_name("prepare"))) void prepare(void) {
  for (int i = 0; i < 100; i++) table[i] = i * i;
  runs++;
}
int main(void) { return printf("%d %d\n", runs, table[99]) < 0; }
C
cat >app/wherry.toml <<'TOML'
name = "app"
[build]
snapshot = "prepare"
TOML
run wherry build app
expect_status 0
run wherry run app
expect_out "1 9801"
digest() { wherry build app | sed 's/.*\(sha256:[0-9a-f]*\).*/\1/'; }
expect_equal "$(digest)" "$(digest)" "two builds differ"

sed -i 's/"prepare"/"missing"/' app/wherry.toml
before=$(tree_digest "$WHERRY_STORE")
run wherry build app
expect_status 1
expect_err_has "no snapshot of the module (build.snapshot in wherry.toml): it exports no 'missing'"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before" "the store changed"
