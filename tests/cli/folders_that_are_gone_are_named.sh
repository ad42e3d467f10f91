#!/bin/bash
# A working directory, or a folder for temporary files, that is not there is an error that names it.
source "$(dirname "$0")/../lib.sh"
wat app.wasm <<<'(module (func (export "wherry.initialize")) (func (export "_start")))'
module=$PWD/app.wasm
run env TMPDIR="$PWD/none" wherry snapshot "$module" -o "$PWD/out.wasm"
expect_status 1
expect_err_has "TMPDIR"
mkdir gone
cd gone
rmdir "$OLDPWD/gone"
WHERRY_STORE=here run wherry images
expect_status 1
expect_err_has "wherry: error: here: the working directory cannot be told"
WHERRY_CACHE=here run wherry run "$module"
expect_status 127
expect_err_has "wherry: error: here: the working directory cannot be told"
# Whose paths are absolute does not need it.
run wherry run "$module"
expect_status 0
