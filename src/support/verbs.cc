#include "support/verbs.h"

#include "support/log.h"

namespace wherry {

static constexpr int kFailure = 1;
static constexpr int kUsage = 2;

static int refuse(const CLI::App& app, std::string_view reason) {
  std::string verb;
  for (const CLI::App* next = &app; !next->get_subcommands().empty();) {
    next = next->get_subcommands().front();
    verb += " " + next->get_name();
  }
  log::error(fmt::format("{} (see wherry{} --help)", reason, verb));
  return kUsage;
}

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
    return refuse(app, error.what());
  }
  if (chosen.check)
    if (const Result<> checked = chosen.check(); !checked)
      return refuse(app, checked.error().message);

  Result<> done = chosen.perform();
  if (done) return 0;
  log::error(done.error().message);
  return kFailure;
}

}  // namespace wherry
