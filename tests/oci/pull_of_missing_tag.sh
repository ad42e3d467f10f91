#!/bin/bash
# A tag that the registry does not have is named, and the store stays as it was.
source "$(dirname "$0")/lib.sh"
start_registry
add_image demo:1 >/dev/null
registry push -q demo:1 "$REGISTRY/demo:1"
before=$(tree_digest "$WHERRY_STORE")
run registry pull "$REGISTRY/demo:9"
expect_status 1
expect_out ""
expect_err "wherry: error: pulling $REGISTRY/demo:9: the registry answered HTTP 404: manifest unknown \
(MANIFEST_UNKNOWN); check the name and the tag"
run registry pull "$REGISTRY/nothing:1"
expect_status 1
expect_err_has "pulling $REGISTRY/nothing:1: the registry answered HTTP 404"
expect_equal "$(tree_digest "$WHERRY_STORE")" "$before"
