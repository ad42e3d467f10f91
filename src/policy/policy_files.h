// The policy files of a machine and of a user, found, checked and applied.
//
// The machine's, /etc/wherry/policy.toml, always counts. Beside it counts the user's own,
// $XDG_CONFIG_HOME/wherry/policy.toml, or the one of --policy instead of it. Grants of all rules
// that match add up, behind the flags'; caps of all rules that match hold, whoever calls: who may
// write the file can change them, and nobody else.
//
// Trust: a file that grants is as good as who can write it. It must be a regular file, of root's
// (the machine's) or of root's or the caller's own (all others), and not writable by others.
#pragma once

#include <optional>
#include <vector>

#include "policy/policy_file.h"
#include "support/file.h"

namespace wherry::policy {

struct PolicyPaths {
  fs::path machine;
  fs::path user;               // empty: none
  bool user_is_named = false;  // by --policy: it must exist
};
// As above, from our environment. `named` is what --policy says, or empty.
PolicyPaths policy_paths(std::string_view named);

// Both files' rules, the user's first. A file that is not there has none. Two system calls where
// neither is. Errors: Denied for a file that others can write; as parse_policy_file; Io for a named
// one that is missing.
Result<std::vector<PolicyRule>> load_policies(const PolicyPaths& paths);

// The grant with what matching rules add, and their caps.
struct AppliedPolicies {
  Grant grant;
  std::vector<Cap> caps;
};
AppliedPolicies apply_policies(const std::vector<PolicyRule>& rules, const Subject& subject,
                               Grant flags);

}  // namespace wherry::policy
