# wherry doctor says what works, and fails where something that is needed does not.
source "$(dirname "$0")/../lib.sh"

state_of() { jq -r --arg name "$1" '.findings[] | select(.name == $name) | .state' <<<"$OUT"; }

run wherry doctor --json
expect_equal "$(jq -r .healthy <<<"$OUT")" "$([[ $STATUS == 0 ]] && echo true || echo false)"
expect_equal "$(state_of artifact-cache)" ok
expect_equal "$(state_of wherry-compile)" ok
expect_equal "$(state_of policy)" ok
for helper in wherry-build wherry-registry wherry-serve wherry-trust wherry-registryd wherry-keeper; do
  [[ $(state_of $helper) =~ ^(ok|broken)$ ]] || fail "nothing about $helper"
done
for layer in rlimits namespaces privileges landlock seccomp; do
  [[ $(state_of $layer) =~ ^(ok|weaker|missing|broken)$ ]] || fail "nothing about $layer"
done

run wherry doctor
[[ $OUT == *"seccomp"*"openat2"*"artifact-cache"*"wherry-serve"* ]] || fail "lacks a line: $OUT"

# A cache that others may write to is not taken.
chmod 0777 "$WHERRY_CACHE"
run wherry doctor --json
expect_status 1
expect_equal "$(state_of artifact-cache)" broken
expect_equal "$(jq -r .healthy <<<"$OUT")" false

# Nor is a policy with a mistake, which stops every run.
mkdir -p config/wherry && echo '[[rules]]' >config/wherry/policy.toml
run env XDG_CONFIG_HOME="$PWD/config" wherry doctor --json
expect_status 1
expect_equal "$(state_of policy)" broken

# Without memory address space for guards.
chmod 0700 "$WHERRY_CACHE"
run bash -c 'ulimit -v 4000000; wherry doctor --json'
expect_equal "$(state_of address-space)" weaker
