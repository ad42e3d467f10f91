#!/bin/bash
# What is read over plain HTTP does not load libcurl, which with its libraries takes longer to start than all the rest;
# what needs it says so where it is missing.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
registry push -q demo:1 "$REGISTRY/demo:1"

mkdir libraries
: >libraries/libcurl.so.4
export LD_LIBRARY_PATH=$PWD/libraries
run registry pull --store pulled "$REGISTRY/demo:1"
expect_status 0
run registry tags "$REGISTRY/demo"
expect_status 0
expect_out 1
for refused in "tags r.test/demo" "pull --store pulled r.test/demo:1" "push demo:1 $REGISTRY/other:1"; do
  run registry $refused
  expect_status 1
  expect_err_has "libcurl.so.4 cannot be loaded, which TLS and proxies need (is it installed? Debian's package is libcurl4)"
done
