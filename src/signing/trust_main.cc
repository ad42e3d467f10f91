// wherry-trust: the helper program behind the verbs that have to do with keys.
#include "signing/trust_verbs.h"

using namespace wherry::signing;

int main(int argc, char** argv) {
  static constexpr wherry::AddVerb kVerbs[] = {add_keys_verb, add_sign_verb, add_attest_verb,
                                               add_check_verb, add_describe_verb};
  return wherry::run_verbs("Makes keys, and signs with them.", kVerbs, argc, argv);
}
