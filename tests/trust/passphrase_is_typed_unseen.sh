#!/bin/bash
# A new key's passphrase is typed twice at the terminal, and not shown there; two different ones make no key. Who uses
# the key types it once, also in the middle of a build.
source "$(dirname "$0")/lib.sh"
at_terminal() { run timeout 60 python3 "$WHERRY_SOURCE/tests/terminal.py" "$@"; }
create_at_terminal() {  # NAME FIRST SECOND [FLAG...]
  at_terminal hidden "new passphrase of key $1: " "$2"$'\n' hidden "once more: " "$3"$'\n' \
    -- wherry keys create "$1" "${@:4}"
}
create_at_terminal release "correct horse" "correct horse"
expect_status 0
[[ $OUT == *"BEGIN PUBLIC KEY"* && $OUT != *correct* ]] || fail "showed $OUT"
create_at_terminal other "correct horse" "battery staple"
expect_status 1
[[ $OUT == *"the two passphrases differ"* && $OUT != *horse* && $OUT != *battery* ]] || fail "showed $OUT"
[[ ! -e $XDG_CONFIG_HOME/wherry/keys/other.key ]] || fail "made all the same"
add_small_image demo:1
sign_image demo:1 release

create_at_terminal team "correct horse" "correct horse" --kind account
expect_status 0
mkdir source && write_module source/app.wasm
printf 'name = "demo"\n[claims]\nmodule = "%s"\n' "$(wherry keys create app --kind module --no-passphrase)" >source/wherry.toml
at_terminal hidden "passphrase of key team: " $'correct horse\n' -- wherry build source -t demo:2 --sign-claims team
expect_status 0
[[ $OUT != *horse* ]] || fail "showed $OUT"
expect_equal "$(wherry inspect demo:2 --json | jq -r .claims.issuer)" "$(wherry keys export team)"
# What was signed runs without it.
run wherry run demo:2
expect_status 0
# A key of the wrong kind is refused before anybody types.
run setsid wherry sign demo:1 --key team
expect_status 1
expect_err "wherry: error: key team signs claims, not images (wherry keys create --kind image)"
run setsid wherry sign --claims source/app.wasm --module-key app --key release
expect_status 1
expect_err "wherry: error: key release signs images, not claims (wherry keys create --kind account)"
