#!/usr/bin/env bash
# A key of wherry.toml that is not known is an error with file, line and what was probably meant.
source "$(dirname "$0")/../lib.sh"

mkdir app
wat app/app.wasm <<<'(module)'
printf 'name = "app"\n\n[permisions]\nenvironment = ["HOME"]\n' >app/wherry.toml
run wherry-build app
expect_status 1
expect_out ""
expect_err "wherry: error: app/wherry.toml:3: unknown key 'permisions' (did you mean 'permissions'?)"
[[ ! -e $WHERRY_STORE ]] || fail "a store was made"

sed -i 's/permisions/permissions/' app/wherry.toml
run wherry-build app
expect_status 0
[[ $OUT == "built app:latest sha256:"* ]] || fail "printed '$OUT'"
