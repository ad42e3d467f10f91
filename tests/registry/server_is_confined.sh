#!/bin/bash
# The server walls itself in: no new privileges, no capabilities, a filter of system calls, its own folder alone. Layers
# can be left out and insisted on. It pushes, pulls and deletes all the same (as all tests of this folder do).
source "$(dirname "$0")/lib.sh"
serve_registry --quiet
status() { sed -n "s/^$1:[[:space:]]*//p" "/proc/$PID/status"; }
expect_equal "$(status NoNewPrivs)" 1
expect_equal "$(status CapEff)" 0000000000000000
expect_equal "$(status Seccomp)" 2
push_image demo 1
api DELETE /v2/demo/manifests/1
expect_code 202
# Landlock: a blob that leads out of the folder is not served, whatever the code would do.
echo outside >"$TEST_DIR/outside"
digest=$(digest_of "$TEST_DIR/outside")
push_blob demo "$TEST_DIR/outside"
mkdir away && mv "$DIR/blobs/sha256/${digest#*:}" away/
mv "$DIR/blobs/sha256" away/moved && ln -s "$PWD/away/moved" "$DIR/blobs/sha256"
cp away/"${digest#*:}" away/moved/
api GET "/v2/demo/blobs/$digest"
expect_code 500
stop_registry

DIR=$TEST_DIR/second
serve_registry --quiet --no-sandbox all
expect_equal "$(status Seccomp)" 0
expect_equal "$(status NoNewPrivs)" 1
push_image demo 1
stop_registry
run wherry-registryd serve --dir "$DIR" --sandbox walls
expect_status 2
