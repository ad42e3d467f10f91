# The program that starts applications is static: no libLLVM, libcurl or libssl, nor anything else, is loaded.
source "$(dirname "$0")/../lib.sh"

[[ $(ldd "$WHERRY_BIN/wherry" 2>&1) == *"statically linked"* ]] || fail "$(ldd "$WHERRY_BIN/wherry")"
wat app.wasm <<<'(module (func (export "_start")))'
wherry run app.wasm
strace -f -e trace=execve,open,openat,openat2 -o trace wherry run app.wasm || skip "strace is not permitted here"
grep -q execve trace || fail "nothing was traced"
! grep -E '\.so|wherry-compile' trace || fail "loaded more than it should"
