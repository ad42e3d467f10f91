// The verbs of wherry-registry, each in a file of its own (verb_push.cc). A verb declares its
// subcommand and flags, and says what is to be done once they are read.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "distribution/progress.h"
#include "distribution/registry_client.h"
#include "oci/image_store.h"
#include "oci/reference.h"
#include "support/result.h"
#include "support/verbs.h"

namespace wherry::distribution {

void add_push_verb(CLI::App& app, VerbAction& chosen);
void add_pull_verb(CLI::App& app, VerbAction& chosen);
void add_login_verb(CLI::App& app, VerbAction& chosen);
void add_logout_verb(CLI::App& app, VerbAction& chosen);
void add_tags_verb(CLI::App& app, VerbAction& chosen);
void add_delete_verb(CLI::App& app, VerbAction& chosen);
void add_referrers_verb(CLI::App& app, VerbAction& chosen);
void add_copy_verb(CLI::App& app, VerbAction& chosen);
void add_verify_verb(CLI::App& app, VerbAction& chosen);
void add_save_verb(CLI::App& app, VerbAction& chosen);
void add_load_verb(CLI::App& app, VerbAction& chosen);

// How a registry is reached, for every verb that speaks to one.
struct RegistryFlags {
  bool plain_http = false;
  std::string ca_file, cert_file, key_file;
  std::string auth_file;
  int retries_max = 5;
};
void add_registry_flags(CLI::App& verb, RegistryFlags& flags);
// Without --cert and --key, for a verb whose --key is another.
void add_access_flags(CLI::App& verb, RegistryFlags& flags);
// With registries.toml and the files of credentials. Errors: those of these files.
Result<SessionOptions> session_options(const RegistryFlags& flags);

// What the verbs share that move images.
struct CommonFlags {
  std::string store;
  RegistryFlags registry;
  bool quiet = false;
  bool json = false;
  int verbosity = 0;
};
void add_common_flags(CLI::App& verb, CommonFlags& flags);
void add_store_flag(CLI::App& verb, CommonFlags& flags);
// --store and -q, for a verb that speaks to no registry.
void add_store_flags(CLI::App& verb, CommonFlags& flags);
Result<oci::ImageStore> open_store(const CommonFlags& flags);
// How the flags, and whether there is a terminal, want progress to be told.
ProgressForm progress_form(const CommonFlags& flags);
// Borrows `progress`. Errors: as session_options.
Result<RegistryOptions> registry_options(const CommonFlags& flags, Progress& progress);

// A reference that names a registry. Errors: Malformed; Invalid for a local name.
Result<oci::Reference> parse_remote(const std::string& text);

}  // namespace wherry::distribution
