# A store without room fails clearly and stays as it was.
source "$(dirname "$0")/../lib.sh"

[[ $EUID == 0 ]] || skip "needs root, to mount a small file system"
mkdir small && mount -t tmpfs -o size=256k none small 2>/dev/null || skip "mounting is not permitted here"
MOUNTED+=("$WORK/small")
export WHERRY_STORE=$WORK/small/store
mkdir app big
echo '(module (func (export "_start")))' >app/app.wat
python3 - <<'EOF'
open("big/big.wat", "w").write('(module (memory 64) (data (i32.const 0) "' + "0123456789abcdef" * 32768 + '") (func (export "_start")))')
EOF
wherry build app -t app:1 >/dev/null
before=$(tree_digest "$WHERRY_STORE")
run wherry build big -t big:1
expect_status 1
expect_err_has "no space left on device"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before" "the store changed"
run wherry run app:1
expect_status 0
