#include "policy/permissions_toml.h"

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/size.h"
#include "support/quotes.h"

namespace wherry::policy {

namespace {

constexpr std::string_view kNetworkForm = "a list of strings, [\"tcp://example.com:443\"]";

// Counts are whole numbers, all else is text with a unit.
Result<uint64_t> read_limit(const Section& section, const LimitKind& kind, const toml::node& node) {
  auto result = [&]() -> Result<uint64_t> {
    if (kind.unit != LimitUnit::Count) return parse_limit(kind, node.as_string()->get());
    const int64_t count = node.as_integer()->get();
    if (count < 0) return fail(ErrorCode::Invalid, "{} is negative", count);
    TRY(check_limit(kind, static_cast<uint64_t>(count)));
    return static_cast<uint64_t>(count);
  }();
  if (result) return result;
  return section.fail_at(node.source(), "{}: {}", section.name(kind.key), result.error().message);
}

Result<DirectoryRequest> read_directory(const Section& section) {
  TRY(section.check_keys({"access", "guest", "quota"}));
  DirectoryRequest directory{.guest = TRY(read_guest(section))};
  directory.access = TRY(read_access(section, kReadOnly));
  directory.quota_bytes = TRY(read_quota(section));
  return directory;
}

Result<> read_directories(const Section& section, Request& request) {
  auto tables = TRY(read_tables(
      section, "directories", "a list of tables, [{ guest = \"/data\", access = \"read-only\" }]"));
  if (!tables) return {};
  for (const Section& entry : *tables) {
    DirectoryRequest directory = TRY(read_directory(entry));
    if (std::ranges::find(request.directories, directory.guest, &DirectoryRequest::guest) !=
        request.directories.end())
      return entry.fail_at(entry.find("guest")->source(), "{}: {} is there twice",
                           section.name("directories"), in_quotes(directory.guest));
    request.directories.push_back(std::move(directory));
  }
  return {};
}

}  // namespace

Result<Limits> read_limits(const Section& section) {
  std::vector<std::string_view> known;
  for (const LimitKind& kind : limit_kinds()) known.push_back(kind.key);
  std::ranges::sort(known);
  TRY(section.check_keys(known));
  Limits limits;
  for (const LimitKind& kind : limit_kinds()) {
    const toml::node* node = section.find(kind.key);
    if (!node) continue;
    if (kind.unit == LimitUnit::Count && !node->is_integer())
      return section.wrong_type(*node, section.name(kind.key), "a whole number");
    if (kind.unit != LimitUnit::Count && !node->is_string())
      return section.wrong_type(*node, section.name(kind.key),
                                kind.unit == LimitUnit::Bytes ? "a size in quotes, like \"64MiB\""
                                                              : "a time in quotes, like \"30s\"");
    limits.*kind.value = TRY(read_limit(section, kind, *node));
  }
  return limits;
}

Result<FileRights> read_access(const Section& section, FileRights absent) {
  constexpr std::string_view kForm =
      "\"read-only\", \"read-write\" or a list, [\"read\", \"create\"]";
  const toml::node* node = section.find("access");
  if (!node) return absent;
  if (node->is_string()) {
    const std::string& word = node->as_string()->get();
    for (FileRights known : {kReadOnly, kReadWrite})
      if (word == to_string(known)) return known;
    return section.fail_at(node->source(), "{} is {}, expected {}", section.name("access"),
                           in_quotes(word), kForm);
  }
  FileRights rights;
  const toml::array* list = TRY(section.list("access", kForm, limits::kFileRights));
  for (const toml::node& entry : *list) {
    if (!entry.is_string())
      return section.wrong_type(entry, "an entry of " + section.name("access"), kForm);
    auto right = parse_file_right(entry.as_string()->get());
    if (!right)
      return section.fail_at(entry.source(), "{}: {}", section.name("access"),
                             right.error().message);
    rights = rights | *right;
  }
  if (rights.empty())
    return section.fail_at(node->source(), "{} is empty, expected {}", section.name("access"),
                           kForm);
  return rights;
}

Result<std::string> read_guest(const Section& section) {
  auto guest = TRY(section.string("guest", "an absolute path in quotes"));
  if (!guest)
    return section.fail_at(section.table().source(), "{} is missing", section.name("guest"));
  if (auto checked = check_guest_path(*guest); !checked)
    return section.fail_at(section.find("guest")->source(), "{}: {} {}", section.name("guest"),
                           in_quotes(*guest), checked.error().message);
  return *std::move(guest);
}

Result<std::optional<uint64_t>> read_quota(const Section& section) {
  auto text = TRY(section.string("quota", "a size in quotes, like \"64MiB\""));
  if (!text) return std::nullopt;
  auto size = parse_size(*text);
  Result<> checked = size ? check_quota(*size) : std::unexpected(size.error());
  if (!checked)
    return section.fail_at(section.find("quota")->source(), "{}: {}", section.name("quota"),
                           checked.error().message);
  return *size;
}

Result<std::optional<std::vector<Section>>> read_tables(const Section& section,
                                                        std::string_view key,
                                                        std::string_view expected) {
  const toml::array* list = TRY(section.list(key, expected, limits::kDirectories));
  if (!list) return std::nullopt;
  std::vector<Section> tables;
  for (const toml::node& node : *list) {
    if (!node.is_table())
      return section.wrong_type(node, "an entry of " + section.name(key), expected);
    tables.push_back(section.inner(*node.as_table(), std::string(key)));
  }
  return tables;
}

Result<std::optional<std::vector<NetworkRule>>> read_rules(const Section& section,
                                                           std::string_view key) {
  const toml::array* list = TRY(section.list(key, kNetworkForm, limits::kNetworkRules));
  if (!list) return std::nullopt;
  std::vector<NetworkRule> rules;
  for (const toml::node& node : *list) {
    if (!node.is_string())
      return section.wrong_type(node, "an entry of " + section.name(key), kNetworkForm);
    const std::string& text = node.as_string()->get();
    auto rule = key == "listen" ? parse_listen_rule(text) : parse_connect_rule(text);
    if (!rule)
      return section.fail_at(node.source(), "{}: {}", section.name(key), rule.error().message);
    if (std::ranges::find(rules, *rule) != rules.end())
      return section.fail_at(node.source(), "{}: {} is there twice", section.name(key),
                             in_quotes(text));
    rules.push_back(*std::move(rule));
  }
  return rules;
}

Result<std::optional<Streams>> read_stdio(const Section& section) {
  constexpr std::string_view kForm = "a list of streams, [\"stdin\", \"stdout\", \"stderr\"]";
  const toml::array* list = TRY(section.list("stdio", kForm, limits::kStreams));
  if (!list) return std::nullopt;
  Streams streams{false, false, false};
  for (const toml::node& node : *list) {
    if (!node.is_string())
      return section.wrong_type(node, "an entry of " + section.name("stdio"), kForm);
    if (auto added = add_stream(node.as_string()->get(), streams); !added)
      return section.fail_at(node.source(), "{}: {}", section.name("stdio"), added.error().message);
  }
  return streams;
}

Result<std::optional<Clock>> read_clock(const Section& section) {
  return read_word(section, "clock", {Clock::Precise, Clock::Coarse});
}

Result<std::optional<bool>> read_bool(const Section& section, std::string_view key) {
  const toml::node* node = section.find(key);
  if (!node) return std::nullopt;
  if (!node->is_boolean()) return section.wrong_type(*node, section.name(key), "true or false");
  return node->as_boolean()->get();
}

Result<std::vector<std::string>> read_environment_names(const Section& section) {
  auto names = TRY(section.strings("environment", "a list of names, [\"HOME\"]",
                                   limits::kEnvironmentNames, check_environment_name));
  TRY(check_no_repeats(section, "environment", names));
  return names;
}

Result<> read_permissions(const Section& section, Request& request) {
  TRY(section.check_keys({"arguments", "clock", "connect", "directories", "environment", "listen",
                          "random-seed", "stdio"}));
  TRY(read_directories(section, request));
  request.environment = TRY(read_environment_names(section));
  request.network.listen = TRY(read_rules(section, "listen")).value_or(std::vector<NetworkRule>{});
  request.network.connect =
      TRY(read_rules(section, "connect")).value_or(std::vector<NetworkRule>{});
  request.stdio = TRY(read_stdio(section)).value_or(Streams{});
  request.clock = TRY(read_clock(section)).value_or(Clock::Precise);
  request.random_seed = TRY(section.number("random-seed"));
  request.arguments = TRY(read_bool(section, "arguments")).value_or(true);
  return {};
}

}  // namespace wherry::policy
