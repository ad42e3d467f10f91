// wherry run: one run of an image or a .wasm file, in this terminal.
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "container/application.h"
#include "container/confinement.h"
#include "support/log.h"

namespace wherry::cli {

namespace {

struct RunFlags {
  std::string what;
  std::vector<std::string> directories;
  std::vector<std::string> environment;
  std::vector<std::string> arguments;            // by --arg
  std::vector<std::string> words;                // behind the name or --
  std::string program_name;                      // argv[0]; empty: what was run
  std::string invoke;                            // an export; the words are its arguments then
  std::vector<std::string> sandbox, no_sandbox;  // names of layers
  sandbox::Selection layers;                     // by these names
  std::vector<std::string> limits;
};

void log_preparation(const container::Application& application) {
  const container::Preparation& preparation = application.preparation();
  if (!preparation.recompiled_because.empty())
    log::info("compiling again", {{"because", preparation.recompiled_because}});
  if (preparation.checks_bounds)
    log::info(
        "no address space for guards behind memories (ulimit -v): bounds are checked, which is "
        "slower");
  if (preparation.compiled)
    log::info("compiled", {{"module", application.name()}, {"ms", preparation.compile_ms}});
}

void log_refusals(const policy::Effective& effective) {
  for (const policy::Refusal& refusal : effective.refusals) {
    bool for_operator = refusal.kind == policy::Refusal::Kind::NotRequested;
    std::string line = policy::to_string(refusal);
    for_operator ? log::warning(line) : log::info(line);
  }
}

Result<> confine(const container::Application& application, const sandbox::Selection& layers) {
  for (const sandbox::Shortcoming& found :
       TRY(container::confine(application, {.selection = layers}))) {
    const std::string line = container::describe(found);
    found.is_missing ? log::warning(line) : log::info(line);
  }
  return {};
}

// The exit code of a program that ended, or was stopped.
int exit_code(const std::expected<uint32_t, abi::Trap>& status,
              const container::Application& application) {
  if (status) return static_cast<int>(*status & 0xff);  // what the system keeps of any program's
  log::error(container::describe(status.error()), {{"program", application.name()}});
  return kRunTrap;
}

// Calls the export, and prints its results, one a line.
Result<int> invoke(container::Execution& execution, const container::Application& application,
                   const RunFlags& flags) {
  auto results = TRY(with_context(execution.invoke(flags.invoke, flags.words), "{}", flags.what));
  if (!results) {
    abi::Trap& trap = results.error();
    if (trap.code == abi::TrapCode::Exit) return exit_code(trap.exit_status, application);
    return exit_code(std::unexpected(std::move(trap)), application);
  }
  for (const std::string& result : *results) std::printf("%s\n", result.c_str());
  std::fflush(stdout);
  return kSuccess;
}

Result<int> run_application(RunFlags flags, const policy::Grant& grant) {
  container::Places places = TRY(container::default_places());
  auto application = TRY(container::Application::load(flags.what, grant, places));
  log_preparation(application);
  log_refusals(application.effective());

  container::ExecutionOptions options{.program_name = std::move(flags.program_name),
                                      .arguments = std::move(flags.arguments)};
  if (flags.invoke.empty())
    options.arguments.insert(options.arguments.end(), flags.words.begin(), flags.words.end());
  if (log::enabled(log::Level::Info))
    options.on_denial = [](const wasi::Denial& denial) {
      log::info("denied: " + denial.resource + " (" + denial.way_out + ")");
    };
  options.open_listeners = true;
  container::Execution execution =
      TRY(container::Execution::create(application, std::move(options)));
  // Told in any case: where the system chose the port, nobody else knows it.
  for (const policy::Endpoint& endpoint : execution.listening())
    fmt::print(stderr, "wherry: listening on {}\n", to_string(endpoint));
  TRY(confine(application, flags.layers));
  const int code = flags.invoke.empty() ? exit_code(execution.run(), application)
                                        : TRY(invoke(execution, application, flags));
  if (auto used = execution.fuel_used())
    log::info("fuel", {{"used", *used}, {"limit", *application.effective().limits.fuel}});
  // Ends here, without taking the instance apart: the system does that faster.
  std::_Exit(code);
}

}  // namespace

int run(int argc, char** argv) {
  CLI::App app("Run an image of the local store, or a .wasm file, with no more than it is granted.",
               "wherry run");
  RunFlags flags;
  app.add_option("what", flags.what, "image name[:tag], or path of a .wasm file")->required();
  app.add_option("words", flags.words, "arguments for the program; after -- flags too");
  LazyOptions options(app, {argv, static_cast<size_t>(argc)});
  options.add("--dir", flags.directories, "HOST:GUEST", "grant a folder: HOST[:GUEST[:ro]]");
  options.add("--env", flags.environment, "NAME=VALUE",
              "grant a variable: NAME=VALUE, or NAME for its value here");
  options.add("--arg", flags.arguments, "WORD", "an argument for the program, before the words");
  options.add("--argv0", flags.program_name, "NAME",
              "what the program is told to be called (default: what is run)");
  options.add("--invoke", flags.invoke, "NAME",
              "call this export instead of the program's start; the words are its arguments");
  options.add("--sandbox", flags.sandbox, "LAYER",
              "insist on a layer of the sandbox: an error where this machine lacks it (wherry "
              "doctor lists them; all)");
  options.add("--no-sandbox", flags.no_sandbox, "LAYER", "go without a layer of the sandbox");
  add_limits(options, flags.limits);
  auto set_verbosity = add_verbosity(options);
  app.footer(
      "The exit code is the program's; 134 after a trap or a limit, 125 when Wherry itself fails, "
      "126 when the\n"
      "program cannot be run, 127 when it is not found. A .wasm file gets what the flags grant; an "
      "image\n"
      "gets what it asks for and the flags grant.\n\n"
      "Arguments for --invoke, after -- where one is negative: 42 or 0xff for i32 and i64; 1.5, "
      "0x1.8p3, inf,\n"
      "nan or nan:0x400001 for f32 and f64; i32x4:1,2,3,4 for v128; null for references. Results "
      "are printed\n"
      "with their types, one a line.");
  if (auto code = parse_flags(app, argc, argv, kRunFailure)) return *code;
  set_verbosity();
  sandbox::close_inherited_descriptors();

  auto grant = policy::parse_grant(flags.directories, flags.environment, flags.limits);
  if (!grant) {
    report(grant.error());
    return kRunFailure;
  }
  auto layers = sandbox::parse_selection(flags.sandbox, flags.no_sandbox);
  if (!layers) {
    report(layers.error());
    return kRunFailure;
  }
  flags.layers = *layers;
  Result<int> outcome = run_application(std::move(flags), *grant);
  if (outcome) return *outcome;
  report(outcome.error());
  return run_exit_code(outcome.error().code);
}

}  // namespace wherry::cli
