#include <algorithm>

#include "policy/deciding.h"

namespace wherry::policy {

namespace {

using Verdict = Line::Verdict;

// One of the two lists of rules, wherever it stands.
struct RuleList {
  std::string_view name;  // the flag's, and the key's: "listen" or "connect"
  std::vector<NetworkRule> NetworkRules::* rules;
  std::vector<NetworkGrant> Grant::* grants;
  std::optional<std::vector<NetworkRule>> Cap::* cap;

  std::string way_out(const NetworkRule& rule) const {
    return fmt::format("grant it with --{} {}", name, to_string(rule));
  }
};

constexpr RuleList kLists[] = {
    {"listen", &NetworkRules::listen, &Grant::listen, &Cap::listen},
    {"connect", &NetworkRules::connect, &Grant::connect, &Cap::connect},
};

// What the caps leave of a rule, and whose it is that takes something away.
std::vector<NetworkRule> cap_rule(const NetworkRule& rule, const RuleList& list,
                                  std::span<const Cap> caps, std::string& capped_by) {
  std::vector<NetworkRule> left{rule};
  for (const Cap& cap : caps) {
    if (!(cap.*list.cap)) continue;
    std::vector<NetworkRule> inside;
    for (const NetworkRule& one : left)
      for (const NetworkRule& allowed : *(cap.*list.cap))
        if (auto both = intersect_rules(one, allowed)) inside.push_back(*std::move(both));
    if (inside != left) capped_by = cap.origin;
    left = std::move(inside);
  }
  return left;
}

void give_rule(Deciding& deciding, const RuleList& list, Line line, const NetworkRule& rule) {
  std::string capped_by;
  std::vector<NetworkRule> left = cap_rule(rule, list, deciding.caps, capped_by);
  std::vector<std::string> texts;
  for (const NetworkRule& one : left) texts.push_back(to_string(one));
  line.effective = fmt::format("{}", fmt::join(texts, " "));
  if (!capped_by.empty()) mark_capped(line, capped_by, line.effective);
  deciding.add(std::move(line));
  std::vector<NetworkRule>& rules = deciding.decision.effective.network.*list.rules;
  for (NetworkRule& one : left)
    if (std::ranges::find(rules, one) == rules.end()) rules.push_back(std::move(one));
}

// What is granted of one rule that is asked for; marks what of the grants it made use of.
void decide_rule(Deciding& deciding, const RuleList& list, const NetworkRule& asked,
                 const std::vector<NetworkGrant>& granted, std::vector<bool>& used) {
  bool is_granted = false;
  for (size_t index = 0; index < granted.size(); ++index) {
    auto both = intersect_rules(asked, granted[index].rule);
    if (!both) continue;
    is_granted = used[index] = true;
    const bool is_whole = *both == asked;
    give_rule(deciding, list,
              {is_whole ? Verdict::Given : Verdict::Narrowed, std::string(list.name),
               to_string(asked), by(to_string(granted[index].rule), granted[index].origin), "",
               is_whole ? "asked for and granted" : "not all of it is granted",
               is_whole ? "" : list.way_out(asked)},
              *both);
  }
  if (!is_granted)
    deciding.add({Verdict::NotGranted, fmt::format("{} {}", list.name, to_string(asked)),
                  to_string(asked), "", "", kNotGranted, list.way_out(asked)});
}

void decide_list(Deciding& deciding, const RuleList& list) {
  std::vector<NetworkGrant> granted = deciding.grant.*list.grants;
  const std::vector<NetworkRule> requested =
      deciding.request ? deciding.request->network.*list.rules : std::vector<NetworkRule>{};
  if (deciding.grant.allow_requested)
    for (const NetworkRule& asked : requested) granted.push_back({asked, "--allow-requested"});
  std::vector<bool> used(granted.size());
  for (const NetworkRule& asked : requested) decide_rule(deciding, list, asked, granted, used);
  for (size_t index = 0; index < granted.size(); ++index) {
    if (used[index]) continue;
    const NetworkGrant& given = granted[index];
    Line line = deciding.unrequested_line(fmt::format("{} {}", list.name, to_string(given.rule)),
                                          by(to_string(given.rule), given.origin), list.name);
    if (line.verdict == Verdict::NotRequested)
      deciding.add(std::move(line));
    else
      give_rule(deciding, list, std::move(line), given.rule);
  }
}

}  // namespace

void decide_network(Deciding& deciding) {
  for (const RuleList& list : kLists) decide_list(deciding, list);
}

}  // namespace wherry::policy
