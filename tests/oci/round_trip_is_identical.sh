#!/bin/bash
# An image that is pushed, and pulled into an empty store under another name, is the same to the byte.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
digest=$(store_tool find demo:1 | cut -d' ' -f2)

run registry push demo:1 "$REGISTRY/team/demo:1"
expect_status 0
expect_out "pushed $REGISTRY/team/demo:1 $digest"
expect_equal "$(grep -c '  uploaded  ' <<<"$ERR")" 2

run registry pull --store other "$REGISTRY/team/demo:1" --as copy:1
expect_status 0
expect_out "pulled copy:1 $digest"
expect_equal "$(grep -c '  downloaded  ' <<<"$ERR")" 2
expect_equal "$(tree_digest other/blobs)" "$(tree_digest "$WHERRY_STORE/blobs")"
expect_equal "$(ls other/staging | wc -l)" 0

# By digest as well, and what is there already is not fetched again.
run registry pull --store quiet -q "$REGISTRY/team/demo:1"
expect_status 0
expect_out ""
expect_err ""
run registry pull --store other -v "$REGISTRY/team/demo@$digest"
expect_status 0
expect_out "pulled $REGISTRY/team/demo@$digest $digest"
expect_err_has "there already"
[[ $ERR != *downloading* ]] || fail "fetched again: $ERR"
