// A helper program that does several verbs of `wherry`, each a subcommand: reads its command line,
// and does what that asks for. A library of its own (wherry_verbs), since only these programs have
// verbs in this form.
#pragma once

#include <CLI/CLI.hpp>
#include <concepts>
#include <functional>
#include <span>
#include <utility>

#include "support/result.h"

namespace wherry {

// What the command line asks for; set by the subcommand that was given.
struct VerbAction {
  using Step = std::function<Result<>()>;
  VerbAction() = default;
  // `check`, where there is one, comes first, and says what is wrong with the command line that the
  // flags' own checks cannot see: flags that belong together, or exclude each other.
  template <std::invocable Perform>
  VerbAction(Perform perform_verb, Step check_flags = {})  // NOLINT: most verbs are one function
      : perform(std::move(perform_verb)), check(std::move(check_flags)) {}

  Step perform, check;
};
// Declares a subcommand with its flags, which sets `chosen` when it was given.
using AddVerb = void (*)(CLI::App& app, VerbAction& chosen);

// The program's exit code: 0, 1 when what was asked for failed, 2 when the command line is wrong,
// with the reason logged.
int run_verbs(const char* purpose, std::span<const AddVerb> verbs, int argc, char** argv);

}  // namespace wherry
