#!/usr/bin/env bash
# Where a folder could be built in two ways, the error lists both, and wherry.toml decides.
source "$(dirname "$0")/../lib.sh"

mkdir app
echo 'int main(void) { return 3; }' >app/main.c
echo '(module (func (export "_start")))' >app/app.wat
run wherry-build app -t app:1
expect_status 1
expect_err "wherry: error: app: ambiguous: C ('main.c') or WebAssembly text ('app.wat') (set language in [build] of wherry.toml to \"c\" or \"wat\")"

printf '[build]\nlanguage = "wat"\n' >app/wherry.toml
run wherry-build app -t app:1
expect_status 0
