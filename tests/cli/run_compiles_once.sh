# The first run compiles, and says so only with -v; later ones do not.
source "$(dirname "$0")/../lib.sh"

wat app.wasm <<<'(module (func (export "_start")))'
run wherry run app.wasm
expect_status 0
expect_err ""
rm -rf "$WHERRY_CACHE"
run wherry run -v app.wasm
expect_status 0
expect_err_has "wherry: compiled module=app.wasm ms="
run wherry run -v app.wasm
expect_status 0
expect_err ""

# What stands in the cache is not executed when it is damaged, cut short, or could be another's work.
artifact=$(wherry compile app.wasm)
good=$(sha256sum <"$artifact")
spoil() {
  run wherry run -v app.wasm
  expect_status 0
  expect_err_has "compiling again"
  expect_equal "$(sha256sum <"$artifact")" "$good" "$1"
}
truncate -s 1000 "$artifact" && spoil truncated
printf 'x' | dd of="$artifact" bs=1 seek=20 conv=notrunc 2>/dev/null && spoil damaged
chmod o+w "$artifact" && spoil world-writable

chmod 0777 "$WHERRY_CACHE"
run wherry run app.wasm
expect_status 126
expect_err_has "$WHERRY_CACHE"
