# A port in use: the message names the address and the way out.
source "$(dirname "$0")/../lib.sh"

wat app.wasm <<<'(module (func (export "_start")))'
start_serve ./app.wasm
address=${URL#http://}
run wherry serve ./app.wasm --listen "$address"
expect_status 1
expect_err "wherry: error: $address is in use by another program (choose another with --listen, or port 0 for any that is free)"
