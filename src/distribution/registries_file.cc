#include "distribution/auth_file.h"
#include "distribution/limits.h"
#include "distribution/registries.h"
#include "support/toml_section.h"

namespace wherry::distribution {

static constexpr const char* kForm = "a list of tables (lines [[registry]])";

// By the grammar of references: it has to stand in front of one.
static bool is_host_with_prefix(std::string_view text) {
  Result<oci::Reference> parsed = oci::parse_reference(std::string(text) + "/x");
  return parsed && !parsed->registry.empty() && parsed->tag == "latest";
}

static Result<> check_mirror(std::string_view text) {
  if (is_host_with_prefix(text)) return {};
  return fail(ErrorCode::Invalid, "is no HOST, HOST:PORT or one of them with /PREFIX");
}

static Result<std::string> read_path(const Section& section, std::string_view key) {
  std::string path = TRY(section.string(key, "the absolute path of a PEM file")).value_or("");
  if (path.empty() || path.front() == '/') return path;
  return section.fail_at(section.find(key)->source(), "{} is {}, expected an absolute path",
                         section.name(key), in_quotes(path));
}

static Result<std::string> read_host(const Section& section) {
  auto host = TRY(section.string("host", "\"HOST\" or \"HOST:PORT\""));
  if (!host) return section.fail_at(section.table().source(), "a [[registry]] has no 'host'");
  if (host->find('/') != std::string::npos || !is_host_with_prefix(*host))
    return section.fail_at(section.find("host")->source(),
                           "{} is {}, expected \"HOST\" or \"HOST:PORT\", without https://",
                           section.name("host"), in_quotes(*host));
  return canonical_registry(*host);
}

static Result<std::optional<bool>> read_flag(const Section& section, std::string_view key) {
  const toml::node* node = section.find(key);
  if (!node) return std::nullopt;
  if (!node->is_boolean()) return section.wrong_type(*node, section.name(key), "true or false");
  return node->as_boolean()->get();
}

static Result<RegistryEntry> read_entry(const Section& section) {
  TRY(section.check_keys({"host", "plain-http", "ca-file", "cert", "key", "mirrors"}));
  RegistryEntry entry{.host = TRY(read_host(section)),
                      .plain_http = TRY(read_flag(section, "plain-http")),
                      .ca_file = TRY(read_path(section, "ca-file")),
                      .cert_file = TRY(read_path(section, "cert")),
                      .key_file = TRY(read_path(section, "key")),
                      .mirrors = TRY(section.strings("mirrors", "a list of hosts", limits::kMirrors,
                                                     check_mirror))};
  TRY(check_no_repeats(section, "mirrors", entry.mirrors));
  if (entry.cert_file.empty() != entry.key_file.empty())
    return section.fail_at(section.table().source(), "'cert' and 'key' belong together");
  if (entry.plain_http.value_or(false) && !(entry.ca_file + entry.cert_file).empty())
    return section.fail_at(section.table().source(),
                           "'plain-http' leaves no use for 'ca-file' and 'cert'");
  return entry;
}

Result<std::vector<RegistryEntry>> parse_registries_file(std::string_view text,
                                                         std::string_view file_name) {
  toml::table document = TRY(parse_toml(text, file_name));
  Section root(document, "", file_name);
  TRY(root.check_keys({"registry"}));
  std::vector<RegistryEntry> entries;
  const toml::array* list = TRY(root.list("registry", kForm, limits::kRegistryEntries));
  if (!list) return entries;
  for (const toml::node& node : *list) {
    if (!node.is_table()) return root.wrong_type(node, "an entry of 'registry'", kForm);
    Section section = root.inner(*node.as_table(), "registry");
    RegistryEntry entry = TRY(read_entry(section));
    for (const RegistryEntry& other : entries)
      if (other.host == entry.host)
        return section.fail_at(node.source(), "{} is there twice", in_quotes(entry.host));
    entries.push_back(std::move(entry));
  }
  return entries;
}

}  // namespace wherry::distribution
