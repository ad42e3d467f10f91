#!/usr/bin/env bash
# The compiler's own messages are shown, with names relative to the folder; nothing is stored.
source "$(dirname "$0")/../lib.sh"

mkdir -p app/src
printf 'int main(void) {\n  return missing;\n}\n' >app/src/main.c
run wherry-build app -t app:1
expect_status 1
expect_out ""
expect_err_has "src/main.c:2:10: error: use of undeclared identifier 'missing'"
expect_err_has "failed with exit code 1 (its messages are above)"
[[ ! -e $WHERRY_STORE ]] || fail "a store was made"

mkdir text
echo '(module (func (export "_start") (nonsense)))' >text/app.wat
run wherry-build text -t text:1
expect_status 1
expect_err_has "app.wat:1:34: error: unexpected token \"nonsense\""
expect_err_has "wherry: error: wat2wasm failed with exit code 1 (its messages are above)"

# A warning is shown, and is no failure.
printf 'int main(void) { int unused = 1; return 0; }\n' >app/src/main.c
printf '[build]\nflags = ["-Wall"]\n' >app/wherry.toml
run wherry-build app -t app:1
expect_status 0
expect_err_has "warning: unused variable 'unused'"
