# For the tests of keys, signatures, claims and trust policies.
#
#   source "$(dirname "$0")/lib.sh"
source "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
source "$WHERRY_SOURCE/tests/trust/keys.sh"
