// wherry-trust: the helper program behind the verbs that have to do with keys.
#include <CLI/CLI.hpp>

#include "oci/quote.h"
#include "signing/trust_verbs.h"
#include "support/log.h"

namespace wherry::signing {

static constexpr int kFailure = 1;
static constexpr int kUsage = 2;

static int run(int argc, char** argv) {
  // Named as the user has typed it: the front program passes `wherry keys` on to us.
  CLI::App app("Makes keys, and signs with them.", "wherry");
  app.require_subcommand(1);
  TrustAction chosen;
  for (auto add :
       {add_keys_verb, add_sign_verb, add_attest_verb, add_check_verb, add_describe_verb})
    add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string verb =
        argc > 1 && argv[1][0] != '-' ? fmt::format(" {}", oci::quote(argv[1], 20)) : "";
    log::error(fmt::format("{} (see wherry{} --help)", error.what(), verb));
    return kUsage;
  }

  Result<> done = chosen();
  if (done) return 0;
  log::error(done.error().message);
  return kFailure;
}

}  // namespace wherry::signing

int main(int argc, char** argv) { return wherry::signing::run(argc, argv); }
