// wherry explain: what an application asks for, what it is granted, what it gets, and why.
#include <cstdio>
#include <string>

#include "cli/exit_code.h"
#include "cli/run_flags.h"
#include "cli/verbs.h"
#include "container/application.h"
#include "support/json.h"

namespace wherry::cli {

namespace {

OrderedJson to_json(const std::string& what, const container::Permissions& permissions) {
  OrderedJson lines = OrderedJson::array();
  for (const policy::Line& line : permissions.decision.lines)
    lines.push_back({{"resource", line.resource},
                     {"verdict", policy::to_string(line.verdict)},
                     {"requested", line.requested},
                     {"granted", line.granted},
                     {"effective", line.effective},
                     {"reason", line.reason},
                     {"way_out", line.way_out}});
  OrderedJson request = nullptr;
  if (permissions.request) request = OrderedJson::parse(policy::to_json(*permissions.request));
  return {{"name", what}, {"request", std::move(request)}, {"permissions", std::move(lines)}};
}

// A paragraph a resource: what was said of it, what comes of that, and why.
std::string to_text(const container::Permissions& permissions) {
  std::string text;
  if (!permissions.request) text += "a .wasm file asks for nothing: what is granted is given\n";
  for (const policy::Line& line : permissions.decision.lines) {
    text += line.resource + "\n";
    auto add = [&](const char* key, const std::string& value) {
      text += fmt::format("  {:<11}{}\n", key, value.empty() ? "-" : value);
    };
    if (permissions.request) add("requested", line.requested);
    add("granted", line.granted);
    add("effective", line.effective);
    add("why", line.reason);
    if (!line.way_out.empty()) add("way out", line.way_out);
  }
  return text;
}

Result<std::string> explain_application(const RunFlags& flags) {
  const policy::Grant grant = TRY(policy::parse_grant(flags.grant));
  container::Places places = TRY(container::default_places());
  if (!flags.grant.policy.empty()) places.policies = policy::policy_paths(flags.grant.policy);
  const auto permissions = TRY(container::find_permissions(flags.what, grant, places));
  if (flags.is_json) return to_json(flags.what, permissions).dump(2) + "\n";
  return to_text(permissions);
}

}  // namespace

int explain(int argc, char** argv) {
  CLI::App app(
      "Show what an image, or a .wasm file, asks for, is granted and gets, and why; nothing is "
      "run.",
      "wherry explain");
  RunFlags flags;
  LazyOptions options(app, {argv, static_cast<size_t>(argc)});
  add_run_flags(options, flags);
  options.add_flag("--json", flags.is_json, "as JSON");
  auto set_verbosity = add_verbosity(options);
  app.footer(
      "A command line of wherry run can be put here as it is, to see what it would give. What "
      "grants\nnothing (words, --invoke, --record, --sandbox) changes nothing.");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  set_verbosity();
  auto text = explain_application(flags);
  if (!text) return report(text.error());
  std::fputs(text->c_str(), stdout);
  return kSuccess;
}

}  // namespace wherry::cli
