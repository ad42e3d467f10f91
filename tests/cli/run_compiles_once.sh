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

# At once, in as many processes: one of them compiles.
rm -rf "$WHERRY_CACHE"
for number in 1 2 3 4 5 6; do
  wherry run -v app.wasm 2>"$TEST_DIR/run.$number" &
done
wait
expect_equal "$(cat "$TEST_DIR"/run.* | grep -c '^wherry: compiled')" 1
expect_equal "$(find "$WHERRY_CACHE" -type f ! -name 'lock.*' | wc -l)" 1
run wherry run -v app.wasm
expect_status 0
expect_err ""
