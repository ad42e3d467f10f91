// A helper program that does several verbs of `wherry`, each a subcommand: reads its command line,
// and does what that asks for. A library of its own (wherry_verbs), since only these programs have
// verbs in this form.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>

#include "support/result.h"

namespace wherry {

// What the command line asks for; set by the subcommand that was given.
using VerbAction = std::function<Result<>()>;
// Declares a subcommand with its flags, which sets `chosen` when it was given.
using AddVerb = void (*)(CLI::App& app, VerbAction& chosen);

// The program's exit code: 0, 1 when what was asked for failed, 2 when the command line is wrong,
// with the reason logged.
int run_verbs(const char* purpose, std::span<const AddVerb> verbs, int argc, char** argv);

}  // namespace wherry
