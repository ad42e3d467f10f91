# What cannot be served is told at the start, with exit code 1; a wrong command line with 2.
source "$(dirname "$0")/../lib.sh"

run wherry serve ./missing.wasm --listen 127.0.0.1:0
expect_status 1
expect_err_has missing.wasm
run wherry serve nosuch:1 --listen 127.0.0.1:0
expect_status 1
expect_err_has nosuch:1
wat unknown.wasm <<<'(module (import "env" "launch" (func)) (func (export "_start")))'
run wherry serve ./unknown.wasm --listen 127.0.0.1:0
expect_status 1
expect_err_has launch
wat app.wasm <<<'(module (func (export "_start")))'
run wherry serve ./app.wasm --listen 127.0.0.1:0 --dir "$WORK/missing:/data"
expect_status 1
expect_err_has "$WORK/missing"

run wherry serve ./app.wasm --listen 8080
expect_status 2
expect_err_has "'8080' is no address to listen on"
run wherry serve ./app.wasm --request-timeout soon
expect_status 2
expect_err_has "'soon' is no time"
run wherry serve ./app.wasm --threads 0
expect_status 2
run wherry serve
expect_status 2
run wherry serve --help
expect_status 0
[[ $OUT == *"wherry serve"*"--listen"* ]] || fail "$OUT"
run wherry serve ./app.wasm --env A=1 --env A=2
expect_status 2
expect_err_has "A"
