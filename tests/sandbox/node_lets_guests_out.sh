#!/bin/bash
# What gets out of node's node:wasi, by the same probes: prints the figures that docs/security.md has beside ours, and
# fails where they are others. Probes of which none got out of node would prove nothing here either.
source "$(dirname "$0")/adversary.sh"
command -v node >/dev/null || skip "no node"
[[ $(node --version) == v20.* ]] || skip "the figures are of node 20, this is $(node --version)"

# documented ROW: the figures of a row of the table, "54 17": attempts, and what got out of node.
documented() { sed -n "s/^| $1, of \([0-9]*\) | \([0-9]*\) get out | none |$/\1 \2/p" "$WHERRY_SOURCE/docs/security.md"; }

# attempts PROBE: how many lines it says, and how many of them are escapes.
attempts() {
  lay_out
  run on_node "$1"
  expect_status 0
  echo "$(grep -c ': ' <<<"${OUT%$'\n'"$1: done"}") $(grep -c ESCAPED <<<"$OUT")"
}
for row in "read:all paths to read" "change:all changes outside"; do
  found=$(attempts "${row%%:*}")
  echo "${row#*:}: $found"
  expect_equal "$found" "$(documented "${row#*:}")" "${row#*:}"
done

race on_node race 20000
echo "$OUT"
[[ $OUT == *ESCAPED* ]] || fail "the race did not get out of node: $OUT"
lay_out
run timeout 3 node --no-warnings "$WHERRY_SOURCE/tests/sandbox/node_run.mjs" granted adversary.wasm pointers
expect_status 124 # a call that does not return
