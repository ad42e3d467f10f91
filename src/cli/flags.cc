#include "cli/flags.h"

#include <iostream>
#include <memory>

#include "support/log.h"

namespace wherry::cli {

std::optional<int> parse_flags(CLI::App& app, int argc, char** argv, int usage_code) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::Success& success) {  // --help
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    log::error(fmt::format("{} (see {} --help)", error.what(), app.get_name()));
    return usage_code;
  }
}

std::function<void()> add_verbosity(CLI::App& app) {
  auto count =
      std::make_shared<int>(0);  // owned by the option's callback and by the function returned
  app.add_flag_function(
      "-v,--verbose", [count](int64_t given) { *count = static_cast<int>(given); },
      "say what is done; twice for more");
  return [count] {
    if (*count > 0) log::set_level(*count > 1 ? log::Level::Debug : log::Level::Info);
  };
}

}  // namespace wherry::cli
