#!/bin/bash
# No path leads out of the granted folder: not "..", not an absolute one, not a link; the host is told what to grant.
source "$(dirname "$0")/../lib.sh"
clang-22 --target=wasm32-wasi -Wno-deprecated -O2 "$WHERRY_SOURCE/tests/wasi/programs/read.c" -o app.wasm
mkdir data outside
echo -n inside >data/file
echo -n secret >outside/secret
ln -s ../outside/secret data/link
ln -s "$PWD/outside" data/absolute
ln -s file data/good

run wasi_runner -v --dir data:/data app.wasm /data/good /data/../etc/passwd /data/link /data/absolute/secret /etc/passwd
expect_status 0
expect_out '/data/good: inside
/data/../etc/passwd: Capabilities insufficient
/data/link: Capabilities insufficient
/data/absolute/secret: Capabilities insufficient
/etc/passwd: No such file or directory'
expect_err_has 'denied: open /etc/passwd for reading; grant it with --dir HOST:/etc:ro'
expect_err_has 'denied: open /data/link for reading, which leads out of /data'

run wasi_runner --dir data:/data app.wasm +/data/link +/data/absolute/new
expect_equal "$(cat outside/secret)" secret
[[ ! -e outside/new ]] || fail "a file was created outside"
