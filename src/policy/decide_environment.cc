#include <algorithm>
#include <cstdlib>

#include "policy/deciding.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

// The variable as it was granted, or as --allow-requested takes it from us.
std::optional<EnvironmentGrant> find_variable(const Grant& grant, const std::string& name) {
  auto found = std::ranges::find(grant.environment, name, &EnvironmentGrant::name);
  if (found != grant.environment.end()) return *found;
  const char* value = grant.allow_requested ? std::getenv(name.c_str()) : nullptr;
  if (!value) return std::nullopt;
  return EnvironmentGrant{name, value, "--allow-requested"};
}

void give_variable(Deciding& deciding, Line line, EnvironmentGrant given) {
  for (const Cap& cap : deciding.caps)
    if (cap.environment &&
        std::ranges::find(*cap.environment, given.name) == cap.environment->end()) {
      line.effective.clear();
      mark_capped(line, cap.origin, "");
      deciding.add(std::move(line));
      return;
    }
  line.effective = "given";
  deciding.add(std::move(line));
  deciding.decision.effective.environment.push_back(std::move(given));
}

void decide_variable(Deciding& deciding, const std::string& asked) {
  Line line{Verdict::NotGranted,
            kVariableResource + asked,
            "asked for",
            "",
            "",
            kNotGranted,
            fmt::format("grant it with --env {}=VALUE", asked)};
  auto given = find_variable(deciding.grant, asked);
  if (!given) {
    deciding.add(std::move(line));
    return;
  }
  line.verdict = Verdict::Given;
  line.granted = by("granted", given->origin);
  line.reason = "asked for and granted";
  line.way_out.clear();
  give_variable(deciding, std::move(line), *std::move(given));
}

bool is_asked_for(const std::optional<Request>& request, const std::string& name) {
  return request && std::ranges::find(request->environment, name) != request->environment.end();
}

}  // namespace

void decide_environment(Deciding& deciding) {
  if (deciding.request)
    for (const std::string& asked : deciding.request->environment) decide_variable(deciding, asked);
  const std::vector<EnvironmentGrant>& granted = deciding.grant.environment;
  for (auto given = granted.begin(); given != granted.end(); ++given) {
    if (std::ranges::find(granted, given->name, &EnvironmentGrant::name) != given) continue;
    if (is_asked_for(deciding.request, given->name)) continue;
    Line line = deciding.unrequested_line(kVariableResource + given->name,
                                          by("granted", given->origin), "environment");
    if (line.verdict == Verdict::NotRequested)
      deciding.add(std::move(line));
    else
      give_variable(deciding, std::move(line), *given);
  }
}

}  // namespace wherry::policy
