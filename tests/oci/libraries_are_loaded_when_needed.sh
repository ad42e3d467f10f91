#!/bin/bash
# libcurl and libarchive, which take longer to start than all the rest of a program, are not loaded by what does without
# them; what needs one says so where it is missing.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
registry push -q demo:1 "$REGISTRY/demo:1"

mkdir libraries
: >libraries/libcurl.so.4
: >libraries/libarchive.so.13
export LD_LIBRARY_PATH=$PWD/libraries
run registry pull --store pulled "$REGISTRY/demo:1"
expect_status 0
run registry tags "$REGISTRY/demo"
expect_status 0
expect_out 1
for refused in "tags r.test/demo" "pull --store pulled r.test/demo:1" "push demo:1 $REGISTRY/other:1"; do
  run registry $refused
  expect_status 1
  expect_err_has "libcurl.so.4 cannot be loaded, which TLS, proxies and pushes need (is it installed? Debian's package is libcurl4)"
done
run registry save demo:1 -o demo.tar
expect_status 1
expect_err_has "libarchive.so.13 cannot be loaded, which archives need (is it installed? Debian's package is libarchive13)"
