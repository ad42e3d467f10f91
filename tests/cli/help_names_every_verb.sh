# --help works for every verb, and a wrong command line says how to go on.
source "$(dirname "$0")/../lib.sh"

run wherry --help
expect_status 0
verbs=$(sed -n 's/^  \([a-z]*\) .*/\1/p' <<<"$OUT")
expect_equal "$(wc -w <<<"$verbs")" "$(grep -c '^    {"[a-z]*", wherry' "$WHERRY_SOURCE/src/cli/main.cc")" "$verbs"
for verb in $verbs; do
  run wherry "$verb" --help
  expect_status 0
  [[ $OUT == *"wherry $verb"* ]] || fail "help of $verb does not name it: $OUT"
  run wherry "$verb" --no-such-flag
  expect_err_has "wherry: error: "
  expect_err_has "(see wherry $verb --help)"
  [[ $verb == run ]] && expect_status 125 || expect_status 2
done
run wherry
expect_status 2
run wherry nonsense
expect_status 2
expect_err_has "nonsense"
run wherry --version
expect_status 0
