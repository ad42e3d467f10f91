#include "cli/run_flags.h"

namespace wherry::cli {

void add_run_flags(LazyOptions& options, RunFlags& flags) {
  options.app()
      .add_option("app", flags.what, "image name[:tag], or path of a .wasm file")
      ->required();
  options.app().add_option("words", flags.words, "arguments for the program; after -- flags too");
  policy::add_grant_flags(options, flags.grant);
  options.add("--arg", flags.arguments, "WORD", "an argument for the program, before the words");
  options.add("--argv0", flags.program_name, "NAME",
              "what the program is told to be called (default: what is run)");
  options.add("--invoke", flags.invoke, "NAME",
              "call this export instead of the program's start; the words are its arguments");
  options.add("--record", flags.record, "FILE",
              "write the smallest policy that this run needed; wherry.toml: what to ask for");
  options.add("--sandbox", flags.sandbox, "LAYER",
              "insist on a layer of the sandbox: an error where this machine lacks it (wherry "
              "doctor lists them; all)");
  options.add("--no-sandbox", flags.no_sandbox, "LAYER", "go without a layer of the sandbox");
}

}  // namespace wherry::cli
