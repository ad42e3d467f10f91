// Command lines, by CLI11: what is the same for all verbs.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <span>
#include <string_view>

namespace wherry::cli {

// Declares options only where a command line may use them. Each costs CLI11 a microsecond and more
// for all that were declared before it, which a verb that starts programs does not pay for thirty
// that nobody gave.
class LazyOptions {
 public:
  // Both are borrowed.
  LazyOptions(CLI::App& app, std::span<char* const> words) : app_(app), words_(words) {}

  // Whether a word begins with one of `names`, as CLI11 takes them ("-v,--verbose"), or asks for
  // help. Short ones may be written together: any word of a single '-' may be one.
  bool may_use(std::string_view names) const;

  // One value for each time that the option is given, never several behind one.
  template <class T>
  void add(std::string_view names, T& value, std::string_view type, std::string_view help) {
    if (!may_use(names)) return;
    app_.add_option(std::string(names), value, std::string(help))
        ->type_name(std::string(type))
        ->allow_extra_args(false);
  }

  // An option without a value.
  void add_flag(std::string_view names, bool& value, std::string_view help) {
    if (may_use(names)) app_.add_flag(std::string(names), value, std::string(help));
  }

  CLI::App& app() { return app_; }

 private:
  CLI::App& app_;
  std::span<char* const> words_;
};

// Parses argv. An exit code when there is nothing more to do: after --help (0) or a wrong command
// line
// (`usage_code`, with the reason on standard error).
std::optional<int> parse_flags(CLI::App& app, int argc, char** argv, int usage_code);

// Adds -v / --verbose; call the result after parsing to set the log's level.
std::function<void()> add_verbosity(LazyOptions& options);

}  // namespace wherry::cli
