#!/bin/bash
# Command lines that are wrong, or unsafe, say why and how to go on.
source "$(dirname "$0")/lib.sh"
refused() { # WORDS... MESSAGE
  run wherry registry "${@:1:$#-1}"
  expect_status 2
  expect_err_has "${!#}"
}
refused serve "--dir is required"
refused serve --dir d --listen 0.0.0.0:0 "--tls-cert and --tls-key, or --insecure-listen"
refused serve --dir d --listen '[::]:0' "--insecure-listen"
refused serve --dir d --listen nowhere "is no address to listen on"
refused serve --dir d --tls-cert c "are given together"
refused serve --dir d --anonymous-pull "says nothing without --htpasswd"
refused serve --dir d --blob-max 1MB "--blob-max"
refused "(see wherry registry --help)"
for verb in "" serve prune; do
  run wherry registry $verb --help
  expect_status 0
  [[ $OUT == *"registry"* ]] || fail "$OUT"
done
[[ ! -e d ]] || fail "a folder was made"
# Folders and addresses that cannot be.
echo >file
ln -s loop loop
for dir in file loop; do
  run wherry registry serve --dir $dir --listen 127.0.0.1:0
  expect_status 1
  expect_err_has "wherry: error: "
  expect_err_has "$dir"
done
run wherry registry serve --dir d --listen 192.0.2.1:0 --insecure-listen
expect_status 1
expect_err_has "this machine has no such address"
run wherry registry prune --dir none
expect_status 1
expect_err_has "is not a registry's folder"
