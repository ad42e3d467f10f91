// wherry run: one run of an image or a .wasm file, in this terminal.
#include <fcntl.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/run_flags.h"
#include "cli/verbs.h"
#include "container/application.h"
#include "container/application_log.h"
#include "container/confinement.h"
#include "container/denial_log.h"
#include "container/recorder.h"
#include "support/log.h"

namespace wherry::cli {

namespace {

// What --record writes. The file is opened before the run, from within which none can be.
class Record {
 public:
  // A file named wherry.toml gets what the application has to ask for, any other a policy.
  static Result<std::unique_ptr<Record>> open(const std::string& path,
                                              const container::Application& application) {
    if (path.empty()) return nullptr;
    const bool is_request = fs::path(path).filename() == "wherry.toml";
    // What somebody wrote is not written over.
    const int flags = O_WRONLY | O_CREAT | O_CLOEXEC | (is_request ? O_EXCL : O_TRUNC);
    Fd fd(::open(path.c_str(), flags, 0644));
    if (!fd.valid()) return std::unexpected(system_error(errno, "--record " + path));
    auto record = std::make_unique<Record>(application);
    record->fd_ = std::move(fd);
    record->is_request_ = is_request;
    return record;
  }

  explicit Record(const container::Application& application) : recorder_(application) {}

  void add(const wasi::Use& use) { recorder_.add(use); }
  Result<> write() const {
    const std::string text = is_request_ ? recorder_.request_text() : recorder_.policy_text();
    return with_context(write_all(fd_.get(), as_bytes(text)), "--record");
  }

 private:
  Fd fd_;
  bool is_request_ = false;
  container::Recorder recorder_;
};

Result<> confine(const container::Application& application, const container::Execution& execution,
                 const sandbox::Selection& layers) {
  const std::vector<int> folders = execution.folders();
  for (const sandbox::Shortcoming& found :
       TRY(container::confine(application, {.selection = layers, .folders = folders}))) {
    const std::string line = container::describe(found);
    found.is_worth_a_warning() ? log::warning(line) : log::info(line);
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
  if (!flags.grant.policy.empty()) places.policies = policy::policy_paths(flags.grant.policy);
  auto application = TRY(container::Application::load(flags.what, grant, places));
  container::log_loaded(application);

  container::ExecutionOptions options{.program_name = std::move(flags.program_name),
                                      .arguments = std::move(flags.arguments)};
  if (flags.invoke.empty())
    options.arguments.insert(options.arguments.end(), flags.words.begin(), flags.words.end());
  container::DenialLog denials(container::log_denial,
                               {.is_verbose = log::enabled(log::Level::Info)});
  options.on_denial = [&denials](const wasi::Denial& denial) { denials.add(denial); };
  const std::unique_ptr<Record> record = TRY(Record::open(flags.record, application));
  if (record) options.on_use = [&record](const wasi::Use& use) { record->add(use); };
  options.open_listeners = true;
  container::Execution execution =
      TRY(container::Execution::create(application, std::move(options)));
  // Told in any case: where the system chose the port, nobody else knows it.
  for (const policy::Endpoint& endpoint : execution.listening()) {
    fmt::print(stderr, "wherry: listening on {}\n", to_string(endpoint));
    if (record) record->add({.kind = wasi::Use::Kind::Listen, .name = to_string(endpoint)});
  }
  TRY(confine(application, execution, flags.layers));
  const int code = flags.invoke.empty() ? exit_code(execution.run(), application)
                                        : TRY(invoke(execution, application, flags));
  container::finish_denials(denials, code != 0);
  if (record) TRY(record->write());
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
  LazyOptions options(app, {argv, static_cast<size_t>(argc)});
  add_run_flags(options, flags);
  options.add_flag("--json", flags.is_json, "write our log as JSON, an object a line");
  auto set_verbosity = add_verbosity(options);
  app.footer(
      "The exit code is the program's; 134 after a trap or a limit, 125 when Wherry itself fails, "
      "126 when the\n"
      "program cannot be run, 127 when it is not found. A .wasm file gets what the flags grant; an "
      "image\n"
      "gets what it asks for and the flags grant (wherry explain tells). Refusals are logged.\n\n"
      "Arguments for --invoke, after -- where one is negative: 42 or 0xff for i32 and i64; 1.5, "
      "0x1.8p3, inf,\n"
      "nan or nan:0x400001 for f32 and f64; i32x4:1,2,3,4 for v128; null for references. Results "
      "are printed\n"
      "with their types, one a line.");
  if (auto code = parse_flags(app, argc, argv, kRunFailure)) return *code;
  set_verbosity();
  if (flags.is_json) log::set_format(log::Format::Json);
  sandbox::close_inherited_descriptors();

  auto grant = policy::parse_grant(flags.grant);
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
