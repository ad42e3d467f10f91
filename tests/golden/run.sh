# Golden tests: modules in the text format whose first lines say what must be true of their code.
#   run.sh FILE.wat
#
#   ;; emit: ir | asm                       what wherry-compile lists
#   ;; flags: FLAG...                       of wherry-compile, besides; may be left out
#   ;; f<index> has PATTERN                 of one function's listing, a Perl regular expression
#   ;; f<index> lacks PATTERN
#   ;; f<index> counts N PATTERN            lines that it matches
source "$(dirname "$0")/../lib.sh"

wat=$(realpath "$1" 2>/dev/null || echo "$OLDPWD/$1")
emit=$(sed -n 's/^;; emit: //p' "$wat")
[[ $emit == ir || $emit == asm ]] || fail "no line ';; emit: ir' or ';; emit: asm'"
wat2wasm --enable-all "$wat" -o module.wasm
read -ra flags <<<"$(sed -n 's/^;; flags: //p' "$wat")"
wherry-compile "${flags[@]}" --emit "$emit" module.wasm listing

# The lines of one function.
function_lines() {
  if [[ $emit == ir ]]; then
    sed -n "/^define .* @$1(/,/^}/p" listing
  else
    sed -n "/^$1:/,/^\.Lfunc_end/p" listing | grep -v '^\s*[.#]'
  fi
}

facts=0
while read -r _ function verb rest; do
  function_lines "$function" >lines
  [[ -s lines ]] || fail "no function $function in the listing"
  expected=some pattern=$rest
  case $verb in
    has) ;;
    lacks) expected=0 ;;
    counts) expected=${rest%% *} pattern=${rest#* } ;;
    *) fail "what is '$verb'?" ;;
  esac
  found=$(grep -cP -- "$pattern" lines || true)
  [[ $found == "$expected" || ($expected == some && $found != 0) ]] ||
    fail "$function: $found lines match '$pattern', expected $expected:"$'\n'"$(cat lines)"
  facts=$((facts + 1))
done < <(grep -E '^;; f[0-9]+ ' "$wat")
((facts > 0)) || fail "no facts in $wat"
