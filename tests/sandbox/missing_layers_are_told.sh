#!/bin/bash
# A layer that this machine lacks is a warning, an error where it was asked for, and nothing where it is left out.
source "$(dirname "$0")/../lib.sh"
wat app.wasm <<<'(module (func (export "_start")))'
wherry run app.wasm

without_landlock() { run "$WHERRY_HOSTILE" without landlock "$@"; }

without_landlock wherry run app.wasm
expect_status 0
expect_err_has "wherry: warning: sandbox: no landlock: this kernel has no Landlock"
without_landlock wherry run --sandbox landlock app.wasm
expect_status 125
expect_err_has "wherry: error: --sandbox landlock: this kernel has no Landlock"
without_landlock wherry run --no-sandbox landlock app.wasm
expect_status 0
expect_err ""
without_landlock wherry doctor --json
expect_status 1
expect_equal "$(jq -r '.findings[] | select(.name == "landlock") | .state' <<<"$OUT")" broken

# A snapshot's initialisation stands behind the same wall.
wat init.wasm <<<'(module (memory 1) (func (export "wherry.initialize") (i32.store (i32.const 0) (i32.const 7))))'
without_landlock wherry snapshot init.wasm -o out.wasm
expect_status 0
expect_err_has "wherry: warning: sandbox: no landlock: this kernel has no Landlock"
rm out.wasm
without_landlock wherry snapshot --sandbox landlock init.wasm -o out.wasm
expect_status 1
expect_err_has "wherry: error: init.wasm: --sandbox landlock: this kernel has no Landlock"
[[ ! -e out.wasm ]] || fail "written all the same"
run wherry snapshot init.wasm -o out.wasm
expect_status 0
expect_err ""

# All that there are, together.
if wherry doctor --json | jq -e 'all(.findings[] | select(.group == "sandbox"); .state == "ok")' >/dev/null; then
  run wherry run --sandbox all app.wasm
  expect_status 0
  expect_err ""
fi
