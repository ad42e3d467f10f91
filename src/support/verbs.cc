#include "support/verbs.h"

#include "support/log.h"

namespace wherry {

static constexpr int kFailure = 1;
static constexpr int kUsage = 2;

int run_verbs(const char* purpose, std::span<const AddVerb> verbs, int argc, char** argv) {
  // Named as the user has typed it: the front program passes `wherry push` on to us.
  CLI::App app(purpose, "wherry");
  app.require_subcommand(1);
  VerbAction chosen;
  for (AddVerb add : verbs) add(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    std::string verb;
    if (!app.get_subcommands().empty()) verb = " " + app.get_subcommands().front()->get_name();
    log::error(fmt::format("{} (see wherry{} --help)", error.what(), verb));
    return kUsage;
  }

  Result<> done = chosen();
  if (done) return 0;
  log::error(done.error().message);
  return kFailure;
}

}  // namespace wherry
