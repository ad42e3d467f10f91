#include "policy/policy_file.h"

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/permissions_toml.h"
#include "support/pattern.h"
#include "support/quotes.h"

namespace wherry::policy {

namespace {

constexpr std::string_view kRuleForm = "a list of tables (a line [[rule]] and its keys below)";

std::string origin_of(const toml::node& node, std::string_view file_name) {
  return fmt::format("{}:{}", file_name, node.source().begin.line);
}

// A folder of this machine.
Result<fs::path> read_host(const Section& section) {
  auto host = TRY(section.string("host", "an absolute path in quotes"));
  if (!host)
    return section.fail_at(section.table().source(), "{} is missing", section.name("host"));
  if (auto checked = check_guest_path(*host); !checked && host->find(':') == std::string::npos)
    return section.fail_at(section.find("host")->source(), "{}: {} {}", section.name("host"),
                           in_quotes(*host), checked.error().message);
  if (!host->starts_with('/'))
    return section.fail_at(section.find("host")->source(), "{}: {} is not absolute",
                           section.name("host"), in_quotes(*host));
  return fs::path(*std::move(host));
}

Result<DirectoryGrant> read_directory_grant(const Section& section, std::string_view file_name) {
  TRY(section.check_keys({"access", "guest", "host", "quota"}));
  DirectoryGrant grant;
  grant.host = TRY(read_host(section));
  grant.guest = TRY(read_guest(section));
  grant.access = TRY(read_access(section, kReadOnly));
  grant.quota_bytes = TRY(read_quota(section));
  grant.origin = origin_of(section.table(), file_name);
  return grant;
}

// An entry of environment: a name, to be inherited, or a table with name and value.
Result<> read_variable(const Section& section, const toml::node& node, std::string_view file_name,
                       PolicyRule& rule) {
  const bool is_table = node.is_table();
  if (!is_table && !node.is_string())
    return section.wrong_type(node, "an entry of " + section.name("environment"),
                              "a name, or { name = \"MODE\", value = \"fast\" }");
  EnvironmentGrant variable;
  variable.origin = origin_of(node, file_name);
  if (is_table) {
    Section entry = section.inner(*node.as_table(), "environment");
    TRY(entry.check_keys({"name", "value"}));
    variable.name = TRY(entry.string("name", "a name in quotes")).value_or("");
    variable.value = TRY(entry.string("value", "a text in quotes")).value_or("");
    if (!entry.find("value"))
      return entry.fail_at(node.source(), "{} is missing", entry.name("value"));
    if (variable.value.find('\0') != std::string::npos)
      return entry.fail_at(node.source(), "{} has a NUL byte", entry.name("value"));
  } else {
    variable.name = node.as_string()->get();
  }
  if (auto checked = check_environment_name(variable.name); !checked)
    return section.fail_at(node.source(), "{}: {} {}", section.name("environment"),
                           in_quotes(variable.name), checked.error().message);
  if (is_table)
    rule.grant.environment.push_back(std::move(variable));
  else
    rule.inherited.push_back(std::move(variable.name));
  return {};
}

Result<> read_grant_rules(const Section& section, std::string_view key, std::string_view file_name,
                          std::vector<NetworkGrant>& grants) {
  auto rules = TRY(read_rules(section, key));
  if (!rules) return {};
  const std::string origin = origin_of(*section.find(key), file_name);
  for (NetworkRule& rule : *rules) grants.push_back({std::move(rule), origin});
  return {};
}

// Of what every program has.
Result<> read_forms(const Section& section, std::string_view file_name, Grant& grant) {
  auto origin = [&](std::string_view key) { return origin_of(*section.find(key), file_name); };
  if (auto streams = TRY(read_stdio(section))) grant.stdio = {*streams, origin("stdio")};
  if (auto clock = TRY(read_clock(section))) grant.clock = {*clock, origin("clock")};
  if (auto seed = TRY(section.number("random-seed")))
    grant.random_seed = {*seed, origin("random-seed")};
  return {};
}

Result<> read_grant(const Section& section, std::string_view file_name, PolicyRule& rule) {
  TRY(section.check_keys({"clock", "connect", "directories", "environment", "limits", "listen",
                          "random-seed", "stdio"}));
  auto tables = TRY(read_tables(section, "directories",
                                "a list of tables, [{ host = \"/srv/data\", guest = \"/data\" }]"));
  if (tables)
    for (const Section& table : *tables)
      rule.grant.directories.push_back(TRY(read_directory_grant(table, file_name)));
  if (const toml::array* list =
          TRY(section.list("environment", "a list", limits::kEnvironmentNames)))
    for (const toml::node& node : *list) TRY(read_variable(section, node, file_name, rule));
  TRY(read_grant_rules(section, "listen", file_name, rule.grant.listen));
  TRY(read_grant_rules(section, "connect", file_name, rule.grant.connect));
  TRY(read_forms(section, file_name, rule.grant));
  if (auto table = TRY(section.section("limits"))) {
    rule.grant.limits = TRY(read_limits(*table));
    for (const LimitKind& kind : limit_kinds())
      if (const toml::node* node = table->find(kind.key))
        rule.grant.limit_origins[kind.key] = origin_of(*node, file_name);
  }
  if (auto checked = check_grant(rule.grant); !checked)
    return section.fail_at(section.table().source(), "{}", checked.error().message);
  return {};
}

Result<Cap::Directory> read_directory_cap(const Section& section) {
  TRY(section.check_keys({"access", "host", "quota"}));
  Cap::Directory cap{.host = TRY(read_host(section))};
  cap.access = TRY(read_access(section, kReadWrite));
  cap.quota_bytes = TRY(read_quota(section));
  return cap;
}

Result<Cap> read_cap(const Section& section) {
  TRY(section.check_keys({"arguments", "clock", "connect", "directories", "environment", "limits",
                          "listen", "random-seed", "stdio"}));
  Cap cap;
  if (auto tables =
          TRY(read_tables(section, "directories", "a list of tables, [{ host = \"/srv\" }]"))) {
    cap.directories.emplace();
    for (const Section& table : *tables) cap.directories->push_back(TRY(read_directory_cap(table)));
  }
  if (section.find("environment")) cap.environment = TRY(read_environment_names(section));
  cap.listen = TRY(read_rules(section, "listen"));
  cap.connect = TRY(read_rules(section, "connect"));
  cap.stdio = TRY(read_stdio(section));
  cap.clock = TRY(read_clock(section));
  cap.random_seed = TRY(section.number("random-seed"));
  cap.arguments = TRY(read_bool(section, "arguments"));
  if (auto table = TRY(section.section("limits"))) cap.limits = TRY(read_limits(*table));
  return cap;
}

// "sha256:" and 64 digits.
bool is_digest(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.size() == kPrefix.size() + 64 && text.starts_with(kPrefix) &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

Result<PolicyRule> read_rule(const Section& section, std::string_view file_name) {
  TRY(section.check_keys({"cap", "digest", "file", "grant", "image"}));
  PolicyRule rule;
  rule.origin = origin_of(section.table(), file_name);
  rule.image = TRY(section.string("image", "a pattern, \"registry.example.com/team/*\""));
  rule.digest = TRY(section.string("digest", "a digest, \"sha256:…\""));
  rule.file = TRY(section.string("file", "a pattern, \"/srv/apps/*.wasm\""));
  if (rule.digest && !is_digest(*rule.digest))
    return section.fail_at(section.find("digest")->source(),
                           "{}: {} is no digest (sha256: and 64 digits)", section.name("digest"),
                           in_quotes(*rule.digest));
  for (const char* key : {"image", "file"})
    if (const toml::node* node = section.find(key); node && node->as_string()->get().empty())
      return section.fail_at(node->source(), "{} is empty (leave it out to match everything)",
                             section.name(key));
  if (rule.image && rule.file)
    return section.fail_at(section.table().source(), "{} and {} exclude each other",
                           section.name("image"), section.name("file"));
  if (auto grant = TRY(section.section("grant"))) TRY(read_grant(*grant, file_name, rule));
  if (auto cap = TRY(section.section("cap"))) {
    rule.cap = TRY(read_cap(*cap));
    rule.cap->origin = origin_of(cap->table(), file_name);
  }
  return rule;
}

}  // namespace

bool PolicyRule::matches(const Subject& subject) const {
  auto fits = [](const std::string& pattern, const std::string& text) {
    return !text.empty() && matches_pattern(pattern, text);
  };
  if (image && !fits(*image, subject.image)) return false;
  if (file && !fits(*file, subject.file)) return false;
  return !digest || *digest == subject.digest || *digest == subject.module_digest;
}

Result<PolicyFile> parse_policy_file(std::string_view text, std::string_view file_name) {
  toml::table table = TRY(parse_toml(text, file_name));
  Section root(table, "", file_name);
  TRY(root.check_keys({"rule"}));
  PolicyFile file;
  const toml::array* rules = TRY(root.list("rule", kRuleForm, limits::kPolicyRules));
  if (!rules) return file;
  for (const toml::node& node : *rules) {
    if (!node.is_table()) return root.wrong_type(node, "an entry of 'rule'", kRuleForm);
    file.rules.push_back(TRY(read_rule(root.inner(*node.as_table(), "rule"), file_name)));
  }
  return file;
}

}  // namespace wherry::policy
