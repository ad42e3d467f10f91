// The verbs of wherry-trust, each in a file of its own (verb_keys.cc): what has to do with keys. A
// program of its own, since it links what the others do not need, and since private keys have no
// business in one that speaks to the network.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "oci/image_store.h"
#include "support/result.h"
#include "support/verbs.h"
#include "trust/key_store.h"

namespace wherry::signing {

void add_keys_verb(CLI::App& app, VerbAction& chosen);
void add_sign_verb(CLI::App& app, VerbAction& chosen);
void add_attest_verb(CLI::App& app, VerbAction& chosen);
void add_check_verb(CLI::App& app, VerbAction& chosen);
void add_describe_verb(CLI::App& app, VerbAction& chosen);

// The store in this folder, or the user's where it is empty.
Result<oci::ImageStore> open_trust_store(const std::string& folder);

// Where the passphrase of a key comes from, where it is not the terminal or $COSIGN_PASSWORD.
void add_passphrase_flag(CLI::App& verb, std::string& file);
// Asks for that of key `name`, when it is needed.
trust::AskPassphrase passphrase_of(std::string name, std::string file);

// Prints it, or says why not.
Result<> print(std::string_view text);

}  // namespace wherry::signing
