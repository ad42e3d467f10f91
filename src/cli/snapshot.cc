// wherry snapshot: a module that begins where its initialisation ended.
#include <cstdio>
#include <string>
#include <vector>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "container/confinement.h"
#include "container/snapshot.h"
#include "policy/grant_flags.h"
#include "support/log.h"

namespace wherry::cli {

namespace {

struct SnapshotFlags {
  std::string module_path, output_path;
  policy::GrantFlags grant;
  std::vector<std::string> sandbox, no_sandbox;  // names of layers
  container::SnapshotOptions options;
};

void log_shortcoming(const sandbox::Shortcoming& found) {
  const std::string line = container::describe(found);
  found.is_worth_a_warning() ? log::warning(line) : log::info(line);
}

Result<> write_snapshot(SnapshotFlags flags) {
  flags.options.grant = TRY(policy::parse_grant(flags.grant));
  if (!flags.grant.directories.empty() || !flags.grant.environment.empty())
    flags.options.allow_wasi = true;
  flags.options.layers = TRY(sandbox::parse_selection(flags.sandbox, flags.no_sandbox));
  flags.options.on_shortcoming = log_shortcoming;
  Bytes module = TRY(container::snapshot_module(flags.module_path, flags.options));
  return write_file_atomic(flags.output_path, module);
}

}  // namespace

int snapshot(int argc, char** argv) {
  CLI::App app("Run a module's initialisation now, and write a module that begins where it ended.",
               "wherry snapshot");
  SnapshotFlags flags;
  app.add_option("module", flags.module_path, "the .wasm file")->required();
  app.add_option("-o,--output", flags.output_path, "where the new module goes")
      ->type_name("FILE")
      ->required();
  app.add_option("--init", flags.options.init,
                 "the export to run; wherry.initialize or wizer.initialize unless given")
      ->type_name("NAME");
  app.add_flag("--wasi", flags.options.allow_wasi,
               "let it call WASI, with no more than the flags below grant");
  app.add_option("--dir", flags.grant.directories, "grant a folder, and WASI: HOST[:GUEST[:ro]]")
      ->type_name("HOST:GUEST")
      ->allow_extra_args(false);
  app.add_option("--env", flags.grant.environment,
                 "grant a variable, and WASI: NAME=VALUE, or NAME")
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
  LazyOptions options(app, {argv, static_cast<size_t>(argc)});
  policy::add_limit_flags(options, flags.grant.limits,
                          {.defaults = {.timeout_ms = container::kSnapshotTimeMs}});
  options.add("--sandbox", flags.sandbox, "LAYER",
              "insist on a layer of the sandbox: an error where this machine lacks it (wherry "
              "doctor lists them; all)");
  options.add("--no-sandbox", flags.no_sandbox, "LAYER", "go without a layer of the sandbox");
  app.footer(
      "Memories and globals of the new module hold what the initialisation left. It is refused "
      "where\n"
      "it leaves more than that: tables that changed, references in globals, open descriptors. "
      "What\n"
      "it read of its environment and its folders becomes part of the module.");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  sandbox::close_inherited_descriptors();
  Result<> written = write_snapshot(std::move(flags));
  return written ? kSuccess : report(written.error());
}

}  // namespace wherry::cli
