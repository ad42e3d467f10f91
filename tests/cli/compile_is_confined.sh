# The compiler reads a module that may be hostile: before it looks at it, it gives up all files but its output's.
source "$(dirname "$0")/../lib.sh"
wherry doctor --json | jq -e '.findings[] | select(.name == "landlock" and .state != "broken")' >/dev/null ||
  skip "no Landlock"
wat app.wasm <<<'(module (func (export "_start")))'
mkdir out

run strace -f -o trace -e trace=landlock_restrict_self,openat,mmap,execve wherry compile app.wasm -o out/app
expect_status 0
[[ -s out/app ]] || fail "nothing was written"
confined=$(grep -n 'landlock_restrict_self(.* = 0' trace | cut -d: -f1)
[[ $confined ]] || fail "is not confined"
# All that is opened after that is in the output's folder.
tail -n "+$confined" trace | grep 'openat(.* = [0-9]' | grep -v '/out' | grep -q . &&
  fail "opened outside: $(tail -n "+$confined" trace | grep openat)"
true
