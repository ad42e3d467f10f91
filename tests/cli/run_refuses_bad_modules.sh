# Every kind of bad input has its message and exit code, and leaves neither image nor artifact behind.
source "$(dirname "$0")/../lib.sh"

mkdir -p "$WHERRY_STORE" "$WHERRY_CACHE"
wat good.wasm <<<'(module (func (export "_start")))'
wherry run good.wasm
# The names of the artifacts; the cache's own lock files do not count.
artifacts() { find "$WHERRY_CACHE" -type f ! -name 'lock.*' | sort; }
before=$(artifacts)

# check NAME EXIT_CODE WORDS...: `wherry run` on it; every word must be in the message.
check() {
  local file=$1 status=$2
  shift 2
  run wherry run "$file"
  expect_status "$status"
  expect_err_has "wherry: error: $file"
  for words in "$@"; do expect_err_has "$words"; done
  [[ $(wc -l <<<"$ERR") == 1 ]] || fail "more than one line: $ERR"
  expect_equal "$(artifacts)" "$before" "the cache changed"
}

echo 'int main(void) {}' >text.wasm
check text.wasm 126 "magic"
: >empty.wasm
check empty.wasm 126 "at offset 0x0"
head -c 20 good.wasm >truncated.wasm
check truncated.wasm 126 "at offset"
printf '\0asm\1\0\0\0\1\xff\xff\xff\xff\x0f' >huge.wasm
check huge.wasm 126 "at offset 0x8" "4294967295"
printf '\0asm\1\0\0\0\x0a\x06\1\xff\xff\xff\xff\x0f' >body.wasm
check body.wasm 126 "at offset"
printf '\0asm\x0d\0\1\0' >component.wasm
check component.wasm 126 "component"
wat import.wasm <<<'(module (import "env" "magic_call" (func (param i32) (result i64))) (func (export "_start")))'
run wherry run import.wasm
expect_status 126
expect_err_has "env: magic_call"
before=$(artifacts)
printf '\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0\x0a\5\1\3\0\x6a\x0b' >invalid.wasm
check invalid.wasm 126 "at offset 0x17" "i32.add"
check missing.wasm 127 "no such file"
mkdir folder.wasm
check folder.wasm 126 "no regular file"

run wherry run no-such-image:3
expect_status 127
expect_err_has "no-such-image:3"
run wherry run 'Bad Name!'
expect_status 126
