// The verbs of wherry-registry, each in a file of its own (verb_push.cc). A verb declares its
// subcommand and flags, and says what is to be done once they are read.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "oci/image_store.h"
#include "oci/reference.h"
#include "oci/registry_client.h"
#include "support/result.h"

namespace wherry::oci {

// What the command line asks for; set by the subcommand that was given.
using Action = std::function<Result<>()>;

void add_push_verb(CLI::App& app, Action& chosen);
void add_pull_verb(CLI::App& app, Action& chosen);

// What all verbs share.
struct CommonFlags {
  std::string store;
  bool plain_http = false;
  bool quiet = false;
  int verbosity = 0;
};
void add_common_flags(CLI::App& verb, CommonFlags& flags);
Result<ImageStore> open_store(const CommonFlags& flags);
RegistryOptions registry_options(const CommonFlags& flags);

// A reference that names a registry. Errors: Malformed; Invalid for a local name.
Result<Reference> parse_remote(const std::string& text);

}  // namespace wherry::oci
