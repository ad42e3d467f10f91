#!/bin/bash
# Wrong flags end with 2, names that cannot be with 1; both say what was expected.
source "$(dirname "$0")/lib.sh"
run registry pull
expect_status 2
expect_err "wherry: error: reference is required (see wherry pull --help)"
run registry push demo:1 localhost:1/demo:1 --no-such-flag
expect_status 2
expect_err_has "see wherry push --help"
run registry
expect_status 2
run registry pull --help
expect_status 0
[[ $OUT == *"wherry pull [OPTIONS]"* ]] || fail "$OUT"
run registry pull demo:1
expect_status 1
expect_err_has "demo:1 names no registry (expected REGISTRY/NAME:TAG"
run registry pull 127.0.0.1:5000/Demo:1
expect_status 1
expect_err_has "'Demo' is no repository"
run registry push nothing:1 127.0.0.1:5000/nothing:1
expect_status 1
expect_err_has "no image nothing:1 in the store"
run wherry run "127.0.0.1:1/nothing:1"
expect_status 127
expect_err_has "\`wherry pull 127.0.0.1:1/nothing:1\` gets it"
