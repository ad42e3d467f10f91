// Reads trust.toml (trust_policy.h), as strictly as wherry.toml.
#include "support/toml_section.h"
#include "trust/limits.h"
#include "trust/trust_policy.h"

namespace wherry::trust {

namespace {

constexpr std::string_view kRuleForm = "a list of tables (a line [[rule]] and its keys below)";
constexpr std::string_view kKeyNames = "a list of names of keys, [\"release\"]";

using Keys = std::map<std::string, PublicKey, std::less<>>;

std::string origin_of(const Section& section, std::string_view file_name) {
  return fmt::format("{}:{}", file_name, section.table().source().begin.line);
}

Result<> accept_any(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::Invalid, "is empty");
  return {};
}

Result<> check_digest(std::string_view text) {
  if (parse_digest(text)) return {};
  return fail(ErrorCode::Invalid, "is no digest (sha256: and 64 digits)");
}

// One of file, pem and nkey.
Result<PublicKey> read_key(const Section& section, const ReadKeyFile& read_file) {
  TRY(section.check_keys({"file", "nkey", "pem"}));
  const auto file = TRY(section.string("file", "a file's path"));
  const auto pem = TRY(section.string("pem", "a public key as PEM"));
  const auto nkey = TRY(section.string("nkey", "an account's public key, \"A…\""));
  const toml::source_region& where = section.table().source();
  if (file.has_value() + pem.has_value() + nkey.has_value() != 1)
    return section.fail_at(where, "a key has one of 'file', 'pem' and 'nkey'");
  if (file && !file->starts_with('/'))
    return section.fail_at(where, "{}: {} is not absolute", section.name("file"), in_quotes(*file));
  auto key = file ? read_file(*file) : parse_public_key(pem ? *pem : *nkey);
  if (!key) return section.fail_at(where, "{}", key.error().message);
  return *std::move(key);
}

Result<Keys> read_keys(const Section& root, const ReadKeyFile& read_file) {
  Keys keys;
  const auto section = TRY(root.section("key"));
  if (!section) return keys;
  if (section->table().size() > limits::kPolicyKeys)
    return section->fail_at(section->table().source(), "more than {} keys", limits::kPolicyKeys);
  for (auto&& [name, node] : section->table()) {
    if (!node.is_table())
      return section->wrong_type(node, section->name(name.str()), "a table with 'file' or 'pem'");
    const Section entry = section->inner(*node.as_table(), std::string(name.str()));
    keys.emplace(name.str(), TRY(read_key(entry, read_file)));
  }
  return keys;
}

// `wants_account`: an issuer's key, an nkey; else one that signs images.
Result<NamedKey> find_key(const Section& section, const toml::node& node, const std::string& name,
                          const Keys& keys, bool wants_account) {
  const auto found = keys.find(name);
  if (found == keys.end())
    return section.fail_at(node.source(), "there is no key {} (a table [key.{}])", in_quotes(name),
                           "NAME");
  const char* wanted = wants_account ? "account" : "image";
  if (std::string_view(key_kind(found->second)) != wanted)
    return section.fail_at(node.source(), "key {} is no {} key", in_quotes(name), wanted);
  return NamedKey{name, found->second};
}

Result<std::vector<NamedKey>> read_key_names(const Section& section, const char* member,
                                             const Keys& keys) {
  std::vector<NamedKey> named;
  const auto names = TRY(section.strings(member, kKeyNames, limits::kRuleEntries, accept_any));
  const toml::node* node = section.find(member);
  // "Signed by one of nobody" would be met by nothing; "reject" says that in plain words.
  if (node && names.empty())
    return section.fail_at(node->source(), "{} is empty (leave it out, or say action = \"reject\")",
                           section.name(member));
  for (const std::string& name : names)
    named.push_back(
        TRY(find_key(section, *node, name, keys, std::string_view(member) == "issuers")));
  return named;
}

Result<bool> read_rejects(const Section& section, const char* member) {
  const auto word = TRY(section.string(member, "\"accept\" or \"reject\""));
  if (!word || *word == "accept") return false;
  if (*word == "reject") return true;
  return section.fail_at(section.find(member)->source(),
                         "{} is {}, expected \"accept\" or \"reject\"", section.name(member),
                         in_quotes(*word));
}

Result<std::optional<std::string>> read_pattern(const Section& section, const char* member) {
  auto pattern = TRY(section.string(member, "a pattern, \"registry.example.com/team/**\""));
  if (pattern && pattern->empty())
    return section.fail_at(section.find(member)->source(),
                           "{} is empty (leave it out to match everything)", section.name(member));
  return pattern;
}

Result<TrustRule> read_rule(const Section& section, std::string_view file_name, const Keys& keys) {
  TRY(section.check_keys({"action", "digests", "file", "image", "issuers", "keys"}));
  TrustRule rule;
  rule.origin = origin_of(section, file_name);
  rule.image = TRY(read_pattern(section, "image"));
  rule.file = TRY(read_pattern(section, "file"));
  rule.rejects = TRY(read_rejects(section, "action"));
  rule.keys = TRY(read_key_names(section, "keys", keys));
  rule.issuers = TRY(read_key_names(section, "issuers", keys));
  for (const std::string& text :
       TRY(section.strings("digests", "a list of digests", limits::kRuleEntries, check_digest)))
    rule.digests.push_back(TRY(parse_digest(text)));
  if (const toml::node* node = section.find("digests"); node && rule.digests.empty())
    return section.fail_at(node->source(), "{} is empty (leave it out, or say action = \"reject\")",
                           section.name("digests"));
  const toml::source_region& where = section.table().source();
  if (rule.image && rule.file)
    return section.fail_at(where, "{} and {} exclude each other", section.name("image"),
                           section.name("file"));
  if (rule.file && !rule.keys.empty())
    return section.fail_at(where, "a file has no signatures: {} is of images alone",
                           section.name("keys"));
  return rule;
}

Result<IssuerRule> read_issuer(const Section& section, std::string_view file_name,
                               const Keys& keys) {
  TRY(section.check_keys({"capabilities", "key"}));
  const auto name = TRY(section.string("key", "the name of an account's key"));
  if (!name) return section.fail_at(section.table().source(), "{} is missing", section.name("key"));
  IssuerRule rule{
      .issuer = TRY(find_key(section, *section.find("key"), *name, keys, true)),
      .capabilities = TRY(section.strings("capabilities", "a list of patterns, [\"wascc:*\"]",
                                          limits::kRuleEntries, accept_any)),
      .origin = origin_of(section, file_name)};
  if (!section.find("capabilities"))
    return section.fail_at(section.table().source(), "{} is missing ([] allows none)",
                           section.name("capabilities"));
  return rule;
}

// Calls `read` with each table of a list of them.
template <class Rule, class Read>
Result<std::vector<Rule>> read_list(const Section& root, const char* member, Read read) {
  std::vector<Rule> rules;
  const toml::array* list = TRY(root.list(member, kRuleForm, limits::kPolicyRules));
  if (!list) return rules;
  for (const toml::node& node : *list) {
    if (!node.is_table())
      return root.wrong_type(node, fmt::format("an entry of '{}'", member), kRuleForm);
    rules.push_back(TRY(read(root.inner(*node.as_table(), member))));
  }
  return rules;
}

}  // namespace

Result<TrustFile> parse_trust_file(std::string_view text, std::string_view file_name,
                                   const ReadKeyFile& read_key_file) {
  const toml::table table = TRY(parse_toml(text, file_name));
  const Section root(table, "", file_name);
  TRY(root.check_keys({"default", "issuer", "key", "rule"}));
  TrustFile file;
  file.name = file_name;
  file.rejects_by_default = TRY(read_rejects(root, "default"));
  const Keys keys = TRY(read_keys(root, read_key_file));
  file.rules = TRY(read_list<TrustRule>(
      root, "rule", [&](const Section& section) { return read_rule(section, file_name, keys); }));
  file.issuers = TRY(read_list<IssuerRule>(root, "issuer", [&](const Section& section) {
    return read_issuer(section, file_name, keys);
  }));
  return file;
}

}  // namespace wherry::trust
