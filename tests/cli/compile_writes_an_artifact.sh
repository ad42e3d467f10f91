# wherry compile puts the artifact where it is told to, or into the cache; the same module, the same bytes.
source "$(dirname "$0")/../lib.sh"

wat app.wasm <<<'(module (memory 1) (data (i32.const 0) "abc") (func (export "_start")))'
run wherry compile app.wasm -o app.artifact
expect_status 0
expect_out app.artifact
run wherry compile app.wasm
expect_status 0
cmp app.artifact "$OUT" || fail "two artifacts of one module differ"

run wherry compile missing.wasm -o x.artifact
expect_status 1
expect_err_has "missing.wasm"
echo no >not.wasm
run wherry compile not.wasm -o x.artifact
expect_status 1
expect_err_has "not.wasm"
run wherry compile app.wasm -o /no/such/folder/x.artifact
expect_status 1
expect_err_has "/no/such/folder"
[[ $(ls) == $'app.artifact\napp.wasm\nnot.wasm' ]] || fail "left behind: $(ls -A)"
run wherry compile
expect_status 2
