// wherry-registry: the helper program behind the verbs that speak to registries.
#include <CLI/CLI.hpp>

#include "distribution/registry_verbs.h"
#include "oci/quote.h"
#include "support/log.h"

namespace wherry::distribution {

static constexpr int kFailure = 1;
static constexpr int kUsage = 2;

static int run(int argc, char** argv) {
  // Named as the user has typed it: the front program passes `wherry push` on to us.
  CLI::App app("Moves images between the local store and registries.", "wherry");
  app.require_subcommand(1);
  Action chosen;
  add_push_verb(app, chosen);
  add_pull_verb(app, chosen);
  add_login_verb(app, chosen);
  add_logout_verb(app, chosen);
  add_tags_verb(app, chosen);
  add_delete_verb(app, chosen);
  add_referrers_verb(app, chosen);
  add_copy_verb(app, chosen);
  add_verify_verb(app, chosen);
  add_save_verb(app, chosen);
  add_load_verb(app, chosen);
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

}  // namespace wherry::distribution

int main(int argc, char** argv) { return wherry::distribution::run(argc, argv); }
