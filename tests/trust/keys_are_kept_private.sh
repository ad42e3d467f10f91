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
expect_status 2
expect_err_has "a private key is not printed"
run wherry keys export release --private -o moved.key
expect_status 0
cmp moved.key "$KEYS/release.key"
[[ $(stat -c %a moved.key) == 600 ]] || fail "others can read it"
run wherry keys export release --private -o moved.key
expect_status 1

# Seeds of accounts and modules as well, unless they are to have no passphrase.
run setsid wherry keys create team --kind account
expect_status 1
expect_err_has "or --no-passphrase, to keep it without one"
wherry keys create team --kind account --passphrase-file "$TEST_DIR/passphrase" >account
grep -qxE 'A[A-Z2-7]{55}' account || fail "no account key: $(cat account)"
[[ $(stat -c %a "$KEYS/team.key") == 600 && ! -e $KEYS/team.seed ]] || fail "kept as $(ls "$KEYS")"
head -1 "$KEYS/team.key" | grep -qx -- '-----BEGIN ENCRYPTED NKEY SEED-----'
write_module app.wasm
wherry keys create app --kind module --no-passphrase >module
run wherry sign --claims app.wasm --key team --module-key app --passphrase-file wrong
expect_status 1
expect_err_has "key team: private key: wrong passphrase"
run wherry verify --claims app.wasm
expect_err_has "app.wasm has no claims"
run env COSIGN_PASSWORD='correct horse' wherry sign --claims app.wasm --key team --module-key app
expect_status 0
run wherry verify --claims app.wasm --key team
expect_status 0
# To other programs, and back.
run wherry keys export team --private --no-passphrase --passphrase-file "$TEST_DIR/passphrase" -o team.nk
expect_status 0
[[ $(stat -c %a team.nk) == 600 ]] || fail "others can read it"
grep -qxE 'SA[A-Z2-7]{56}' team.nk || fail "no seed"
run wherry keys import again team.nk --passphrase-file "$TEST_DIR/passphrase"
expect_out "$(cat account)"
run wherry keys import open team.nk --no-passphrase
expect_out "$(cat account)"
cmp team.nk "$KEYS/open.seed"
run wherry keys import sealed "$KEYS/team.key" --passphrase-file "$TEST_DIR/passphrase"
expect_out "$(cat account)"
run wherry keys list
for line in "team             account  sealed   $(cat account)" "open             account  private  $(cat account)" \
  "again            account  sealed " "sealed           account  sealed " "release          image    sealed "; do
  [[ $OUT == *"$line"* ]] || fail "no $line in $OUT"
done
[[ ! $OUT =~ SA[A-Z2-7]{56} ]] || fail "a seed is listed"
# An image key is never without.
for verb in "create bare" "export release --private -o bare --passphrase-file $TEST_DIR/passphrase" "import bare plain.pem"; do
  run wherry keys $verb --no-passphrase
  expect_status 1
  expect_err_has "image key"
done
[[ ! -e bare && ! -e $KEYS/bare.key ]] || fail "an image key without a passphrase"

chmod 644 "$KEYS/open.seed"
run wherry keys export open --private -o seed
expect_status 1
expect_err_has "chmod 600"
