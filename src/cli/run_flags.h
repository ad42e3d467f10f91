// The command line of wherry run, which wherry explain takes as well: what is put there shows what
// it would do.
#pragma once

#include <string>
#include <vector>

#include "cli/flags.h"
#include "policy/grant_flags.h"
#include "sandbox/sandbox.h"

namespace wherry::cli {

struct RunFlags {
  std::string what;
  policy::GrantFlags grant;
  std::vector<std::string> arguments;            // by --arg
  std::vector<std::string> words;                // behind the name or --
  std::string program_name;                      // argv[0]; empty: what was run
  std::string invoke;                            // an export; the words are its arguments then
  std::string record;                            // a file's path
  std::vector<std::string> sandbox, no_sandbox;  // names of layers
  sandbox::Selection layers;                     // by these names
  bool is_json = false;
};

// Declares all but --json, which each verb has a meaning of its own for.
void add_run_flags(LazyOptions& options, RunFlags& flags);

}  // namespace wherry::cli
