#include "policy/policy_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>

#include "policy/limits.h"
#include "support/limits.h"

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

// Who else may have written it.
static Result<> check_owner(int fd, const fs::path& path, bool of_root) {
  struct stat status;
  if (fstat(fd, &status) != 0) return std::unexpected(system_error(errno, path.string()));
  if (!S_ISREG(status.st_mode))
    return fail(ErrorCode::Invalid, "{} is no regular file", path.string());
  const bool is_owned = status.st_uid == 0 || (!of_root && status.st_uid == geteuid());
  if (!is_owned)
    return fail(ErrorCode::Denied,
                "{} belongs to user {}, who could grant anything (chown it to {})", path.string(),
                status.st_uid, of_root ? "root" : "root or yourself");
  if (status.st_mode & (S_IWGRP | S_IWOTH))
    return fail(ErrorCode::Denied, "{} can be written by others (chmod go-w it)", path.string());
  return {};
}

static Result<std::string> read_all(int fd, const fs::path& path) {
  std::string text;
  for (;;) {
    char chunk[4096];
    const ssize_t got = read(fd, chunk, sizeof chunk);
    if (got < 0) return std::unexpected(system_error(errno, "reading " + path.string()));
    if (got == 0) return text;
    text.append(chunk, static_cast<size_t>(got));
    if (text.size() > wherry::limits::kTomlBytes)
      return fail(ErrorCode::Invalid, "{} exceeds the limit of {} bytes", path.string(),
                  wherry::limits::kTomlBytes);
  }
}

struct PolicySource {
  bool of_root;
  bool is_needed;
};

static Result<> load_policy(const fs::path& path, const PolicySource& source,
                            std::vector<PolicyRule>& rules) {
  Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!fd.valid()) {
    if ((errno == ENOENT || errno == ENOTDIR) && !source.is_needed) return {};
    // Not NotFound, which is for what is to be run.
    return fail(ErrorCode::Io, "{}", system_error(errno, "policy file " + path.string()).message);
  }
  TRY(with_context(check_owner(fd.get(), path, source.of_root), "policy file"));
  const std::string text = TRY(read_all(fd.get(), path));
  PolicyFile file = TRY(parse_policy_file(text, path.string()));
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
