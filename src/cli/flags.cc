#include "cli/flags.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "support/log.h"

namespace wherry::cli {

bool LazyOptions::may_use(std::string_view names) const {
  auto may_mean = [&](std::string_view word) {
    if (word.starts_with("--help") || word.starts_with("-h")) return true;
    for (size_t start = 0; start < names.size();) {
      const size_t end = std::min(names.find(',', start), names.size());
      const std::string_view name = names.substr(start, end - start);
      const bool is_short = !name.starts_with("--");
      if (is_short ? word.starts_with("-") && !word.starts_with("--") : word.starts_with(name))
        return true;
      start = end + 1;
    }
    return false;
  };
  return std::any_of(words_.begin(), words_.end(), may_mean);
}

std::optional<int> parse_flags(CLI::App& app, int argc, char** argv, int usage_code) {
  try {
    app.parse(argc, argv);
    return std::nullopt;
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);  // this program has no std::cout (main.cc)
    return kSuccess;
  } catch (const CLI::ParseError& error) {
    log::error(fmt::format("{} (see {} --help)", error.what(), app.get_name()));
    return usage_code;
  }
}

std::function<void()> add_verbosity(LazyOptions& options) {
  constexpr const char* kNames = "-v,--verbose";
  if (!options.may_use(kNames)) return [] {};
  auto count =
      std::make_shared<int>(0);  // owned by the option's callback and by the function returned
  options.app().add_flag_function(
      kNames, [count](int64_t given) { *count = static_cast<int>(given); },
      "say what is done; twice for more");
  return [count] {
    if (*count > 0) log::set_level(*count > 1 ? log::Level::Debug : log::Level::Info);
  };
}

}  // namespace wherry::cli
