// policy.toml: what is granted to which application, and what nobody can grant more than, on a
// machine or for a user. Parsed as strictly as wherry.toml; described in
// docs/formats/policy-toml.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/policy.h"
#include "support/result.h"

namespace wherry::policy {

// An application, as rules name it. What is unknown is empty, and matches no rule that asks for it.
struct Subject {
  std::string image;   // its reference, "localhost/app:1" or "registry.example.com/team/app:2"
  std::string digest;  // of its manifest, "sha256:…"
  std::string module_digest;  // of the module, also of a bare file's
  std::string file;           // a bare file's absolute path, free of links
};

// All of those that are there must match.
struct PolicyRule {
  std::optional<std::string> image;   // pattern: * is any text without '/', ** any text
  std::optional<std::string> digest;  // of the manifest or of the module
  std::optional<std::string> file;    // pattern
  Grant grant;
  // Names of variables that it inherits from us, where they are set.
  std::vector<std::string> inherited;
  std::optional<Cap> cap;
  std::string origin;  // "/etc/wherry/policy.toml:3", where the rule begins

  bool matches(const Subject& subject) const;
};

struct PolicyFile {
  std::vector<PolicyRule> rules;
};

// `file_name` is for messages and origins. Errors: Malformed, Invalid, with file and line.
Result<PolicyFile> parse_policy_file(std::string_view text, std::string_view file_name);

}  // namespace wherry::policy
