// wherry-registry: the helper program behind the verbs that speak to registries.
#include "distribution/registry_verbs.h"

using namespace wherry::distribution;

int main(int argc, char** argv) {
  static constexpr wherry::AddVerb kVerbs[] = {add_push_verb,      add_pull_verb, add_login_verb,
                                               add_logout_verb,    add_tags_verb, add_delete_verb,
                                               add_referrers_verb, add_copy_verb, add_verify_verb,
                                               add_save_verb,      add_load_verb};
  return wherry::run_verbs("Moves images between the local store and registries.", kVerbs, argc,
                           argv);
}
