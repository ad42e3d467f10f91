#!/usr/bin/env bash
# Sources stay inside the folder: no '..', no symbolic link that leads out, no flag that reaches out.
source "$(dirname "$0")/../lib.sh"

mkdir app
echo 'int main(void) { return 0; }' >secret.c
toml() { printf '[build]\n%s\n' "$1" >app/wherry.toml; }

toml 'sources = ["../secret.c"]'
run wherry-build app -t app:1
expect_status 1
expect_err "wherry: error: app/wherry.toml:2: 'build.sources': '../secret.c' has a '..' (write the path without)"

ln -s ../secret.c app/main.c
toml 'sources = ["main.c"]'
run wherry-build app -t app:1
expect_status 1
expect_err "wherry: error: source 'main.c' is a symbolic link that leads out of the folder (copy the file into it)"

rm app/main.c
cp secret.c app/main.c
toml 'flags = ["-fplugin=./evil.so"]'
run wherry-build app -t app:1
expect_status 1
expect_err_has "'-fplugin=./evil.so' is not allowed for C"
