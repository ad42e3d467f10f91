# Objects of WebAssembly's garbage-collected heap are of the memory limit, as memories and tables are.
source "$(dirname "$0")/../lib.sh"

# module BYTES-OF-_start: with a memory of 1 MiB, and (type $list (struct (field (ref null $list)))).
module() {
  printf '\0asm\1\0\0\0\x01\x09\x02\x5f\x01\x63\0\0\x60\0\0\x03\x02\x01\x01\x05\x03\x01\0\x10\x07\x0a\x01\x06_start\0\0'
  printf '\x0a%b\x01%b\x01\x01\x63\0' "\\x$(printf %x $(($1 + 6)))" "\\x$(printf %x $(($1 + 4)))"
}

# (loop (local.set 0 (struct.new $list (local.get 0))) (br 0)): a list without end.
{ module 13; printf '\x03\x40\x20\0\xfb\0\0\x21\0\x0c\0\x0b\x0b'; } >keeps.wasm
run wherry run keeps.wasm --memory-max 3MiB
expect_status 134
expect_err_has "stopped: memory limit of 3MiB (objects) in function #0"
run wherry run keeps.wasm --memory-max 1088KiB
expect_status 134
expect_err_has "stopped: memory limit of 1088KiB (objects)"
run wherry run keeps.wasm --memory-max 1MiB  # which its memory has
expect_status 134
expect_err_has "stopped: memory limit of 1MiB (objects)"

# (loop (drop (struct.new $list (ref.null $list))) (br 0)): nothing is kept.
{ module 13; printf '\x03\x40\xd0\0\xfb\0\0\x1a\x01\x0c\0\x0b\x0b'; } >drops.wasm
run wherry run drops.wasm --memory-max 3MiB --cpu-time 300ms
expect_status 134
expect_err_has "stopped: CPU time limit of 300ms"
