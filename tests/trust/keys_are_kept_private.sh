#!/bin/bash
# Keys are for their owner alone, behind a passphrase, and nothing is overwritten.
source "$(dirname "$0")/lib.sh"
KEYS="$XDG_CONFIG_HOME/wherry/keys"

run wherry keys create release --passphrase-file "$TEST_DIR/passphrase"
expect_status 0
[[ $(stat -c %a "$KEYS" "$KEYS/release.key" | tr '\n' ' ') == "700 600 " ]] || fail "modes $(stat -c %a "$KEYS"/*)"
head -1 "$KEYS/release.key" | grep -qx -- '-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----'
wherry keys export release >public.pem
[[ $OUT == "$(cat public.pem)" ]] || fail "printed $OUT"
openssl pkey -pubin -in public.pem -noout -text | grep prime256v1 >/dev/null || fail "not of P-256"

before=$(sha256sum "$KEYS/release.key")
run wherry keys create release --kind account
expect_status 1
expect_err_has "not overwritten"
[[ $before == "$(sha256sum "$KEYS/release.key")" ]] || fail "overwritten"

# Nobody to ask, and nothing given: no key.
run setsid wherry keys create other
expect_status 1
expect_err_has "--passphrase-file"
[[ ! -e $KEYS/other.key ]] || fail "made without a passphrase"

# A key of openssl's comes in, and gets a passphrase; a sealed one keeps its own.
openssl ecparam -name prime256v1 -genkey -noout | openssl pkcs8 -topk8 -nocrypt -out plain.pem
COSIGN_PASSWORD=another wherry keys import plain plain.pem >imported.pem
openssl pkey -in plain.pem -pubout | cmp - imported.pem
run wherry keys import copy "$KEYS/release.key" --passphrase-file "$TEST_DIR/passphrase"
expect_status 0
printf 'wrong\n' >wrong
run wherry keys import bad "$KEYS/release.key" --passphrase-file wrong
expect_status 1
expect_err_has "wrong passphrase"

# Not onto a terminal or a pipe, and no file that is there.
run wherry keys export release --private
expect_status 1
expect_err_has "a private key is not printed"
run wherry keys export release --private -o moved.key
expect_status 0
cmp moved.key "$KEYS/release.key"
[[ $(stat -c %a moved.key) == 600 ]] || fail "others can read it"
run wherry keys export release --private -o moved.key
expect_status 1

wherry keys create team --kind account >account
grep -qxE 'A[A-Z2-7]{55}' account || fail "no account key: $(cat account)"
grep -qxE 'SA[A-Z2-7]{56}' "$KEYS/team.seed" || fail "no seed"
chmod 644 "$KEYS/team.seed"
run wherry keys export team --private -o seed
expect_status 1
expect_err_has "chmod 600"
run wherry keys list
[[ $OUT == *"team             account  private  $(cat account)"* ]] || fail "listed $OUT"
[[ ! $OUT =~ SA[A-Z2-7]{56} ]] || fail "a seed is listed"
