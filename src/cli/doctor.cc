// wherry doctor: what this machine gives Wherry, what it lacks, and what to do about that.
#include <algorithm>
#include <cstdio>

#include "cli/exit_code.h"
#include "cli/flags.h"
#include "cli/verbs.h"
#include "container/diagnosis.h"
#include "support/json.h"

namespace wherry::cli {

namespace {

using container::Finding;

void print(const std::vector<Finding>& findings) {
  std::string_view group;
  for (const Finding& finding : findings) {
    if (finding.group != group) fmt::print("{}{}\n", group.empty() ? "" : "\n", finding.group);
    group = finding.group;
    fmt::print("  {:<8} {:<15} {}\n", to_string(finding.state), finding.name, finding.detail);
  }
}

void print_json(const std::vector<Finding>& findings, bool is_healthy) {
  OrderedJson list = OrderedJson::array();
  for (const Finding& finding : findings)
    list.push_back({{"group", finding.group},
                    {"name", finding.name},
                    {"state", to_string(finding.state)},
                    {"detail", finding.detail}});
  const OrderedJson document{{"healthy", is_healthy}, {"findings", std::move(list)}};
  // Paths need not be UTF-8, JSON must.
  fmt::print("{}\n", document.dump(2, ' ', false, OrderedJson::error_handler_t::replace));
}

}  // namespace

int doctor(int argc, char** argv) {
  CLI::App app("Say what this machine gives Wherry, what it lacks, and what to do about that.",
               "wherry doctor");
  bool as_json = false;
  app.add_flag("--json", as_json, "print one JSON document");
  app.footer(
      "ok       is there\n"
      "weaker   works, with less than a newer kernel or another machine would give\n"
      "missing  is only needed when it is asked for\n"
      "broken   is needed, or on by default: the exit code is 1 then, else 0");
  if (auto code = parse_flags(app, argc, argv, kUsage)) return *code;
  const std::vector<Finding> findings = container::diagnose();
  const bool is_healthy =
      std::ranges::find(findings, Finding::State::Broken, &Finding::state) == findings.end();
  as_json ? print_json(findings, is_healthy) : print(findings);
  return is_healthy ? kSuccess : kFailure;
}

}  // namespace wherry::cli
