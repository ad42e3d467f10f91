#include "policy/policy_files.h"

#include <cstdlib>

#include "support/limits.h"
#include "support/owned_file.h"

namespace wherry::policy {

PolicyPaths policy_paths(std::string_view named) {
  PolicyPaths paths{.machine = "/etc/wherry/policy.toml", .user = fs::path(named)};
  paths.user_is_named = !named.empty();
  if (paths.user_is_named) return paths;
  const char* config = std::getenv("XDG_CONFIG_HOME");
  const char* home = std::getenv("HOME");
  // A relative folder is to be ignored (XDG Base Directory Specification).
  if (config && config[0] == '/')
    paths.user = fs::path(config) / "wherry/policy.toml";
  else if (home && home[0] == '/')
    paths.user = fs::path(home) / ".config/wherry/policy.toml";
  return paths;
}

struct PolicySource {
  bool of_root;
  bool is_needed;
};

static Result<> load_policy(const fs::path& path, const PolicySource& source,
                            std::vector<PolicyRule>& rules) {
  auto text =
      TRY(with_context(read_owned_file(path, {.of_root = source.of_root,
                                              .size_bytes_max = wherry::limits::kTomlBytes}),
                       "policy file"));
  if (!text && source.is_needed)
    // Not NotFound, which is for what is to be run.
    return fail(ErrorCode::Io, "policy file {}: no such file or directory", path.string());
  if (!text) return {};
  PolicyFile file = TRY(parse_policy_file(*text, path.string()));
  for (PolicyRule& rule : file.rules) rules.push_back(std::move(rule));
  return {};
}

Result<std::vector<PolicyRule>> load_policies(const PolicyPaths& paths) {
  std::vector<PolicyRule> rules;
  if (!paths.user.empty())
    TRY(load_policy(paths.user, {.of_root = false, .is_needed = paths.user_is_named}, rules));
  if (!paths.machine.empty())
    TRY(load_policy(paths.machine, {.of_root = true, .is_needed = false}, rules));
  return rules;
}

static void append(const PolicyRule& rule, Grant& grant) {
  const Grant& more = rule.grant;
  grant.directories.insert(grant.directories.end(), more.directories.begin(),
                           more.directories.end());
  grant.environment.insert(grant.environment.end(), more.environment.begin(),
                           more.environment.end());
  grant.listen.insert(grant.listen.end(), more.listen.begin(), more.listen.end());
  grant.connect.insert(grant.connect.end(), more.connect.begin(), more.connect.end());
  if (!grant.stdio) grant.stdio = more.stdio;
  if (!grant.clock) grant.clock = more.clock;
  if (!grant.random_seed) grant.random_seed = more.random_seed;
  for (const std::string& name : rule.inherited)
    if (const char* value = std::getenv(name.c_str()))
      grant.environment.push_back({name, value, rule.origin});
  for (const LimitKind& kind : limit_kinds()) {
    if (grant.limits.*kind.value || !(more.limits.*kind.value)) continue;
    grant.limits.*kind.value = more.limits.*kind.value;
    grant.limit_origins[kind.key] = more.limit_origins.at(kind.key);
  }
}

AppliedPolicies apply_policies(const std::vector<PolicyRule>& rules, const Subject& subject,
                               Grant flags) {
  AppliedPolicies applied{std::move(flags), {}};
  for (const PolicyRule& rule : rules) {
    if (!rule.matches(subject)) continue;
    append(rule, applied.grant);
    if (rule.cap) applied.caps.push_back(*rule.cap);
  }
  return applied;
}

}  // namespace wherry::policy
