// Command lines, by CLI11: what is the same for all verbs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>

namespace wherry::cli {

// Parses argv. An exit code when there is nothing more to do: after --help (0) or a wrong command
// line
// (`usage_code`, with the reason on standard error).
std::optional<int> parse_flags(CLI::App& app, int argc, char** argv, int usage_code);

// Adds -v / --verbose; call the result after parsing to set the log's level.
std::function<void()> add_verbosity(CLI::App& app);

}  // namespace wherry::cli
