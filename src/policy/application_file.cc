// What wherry.toml says beside permissions and limits, which permissions_toml.cc reads.
#include "policy/application_file.h"

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/permissions_toml.h"
#include "support/toml_section.h"

namespace wherry::policy {

const char* to_string(Trigger trigger) { return trigger == Trigger::Command ? "command" : "http"; }

const char* to_string(Language language) {
  switch (language) {
    case Language::C:
      return "c";
    case Language::Wat:
      return "wat";
    case Language::Wasm:
      return "wasm";
  }
  return "unknown";
}

namespace {

// That it may be an argument of a program.
Result<> check_word(std::string_view word) {
  if (word.empty()) return fail(ErrorCode::Invalid, "is empty");
  if (word.size() > limits::kWordBytes)
    return fail(ErrorCode::Invalid, "is longer than {} bytes", limits::kWordBytes);
  for (char c : word)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return fail(ErrorCode::Invalid, "has a control character");
  return {};
}

Result<BuildSection> read_build(const Section& section) {
  TRY(section.check_keys({"flags", "language", "snapshot", "sources"}));
  BuildSection build;
  build.language =
      TRY(read_word(section, "language", {Language::C, Language::Wat, Language::Wasm}));
  build.sources = TRY(section.strings("sources", "a list of file names, [\"main.c\"]",
                                      limits::kSources, check_relative_path));
  TRY(check_no_repeats(section, "sources", build.sources));
  build.flags =
      TRY(section.strings("flags", "a list of strings, [\"-O3\"]", limits::kFlags, check_word));
  build.snapshot = TRY(section.string("snapshot", "the name of an export"));
  if (build.snapshot)
    if (auto checked = check_word(*build.snapshot); !checked)
      return section.fail_at(section.find("snapshot")->source(), "{}: {} {}",
                             section.name("snapshot"), in_quotes(*build.snapshot),
                             checked.error().message);
  if (const toml::node* sources = section.find("sources"); sources && build.sources.empty())
    return section.fail_at(sources->source(),
                           "{} is empty (leave it out to take all of the language)",
                           section.name("sources"));
  return build;
}

Result<Asset> read_asset(const Section& section) {
  TRY(section.check_keys({"guest", "path"}));
  Asset asset{.path = {}, .guest = TRY(read_guest(section))};
  std::optional<std::string> path = TRY(section.string("path", "a file or a folder"));
  if (!path)
    return section.fail_at(section.table().source(), "{} is missing", section.name("path"));
  if (auto checked = check_relative_path(*path); !checked)
    return section.fail_at(section.find("path")->source(), "{}: {} {}", section.name("path"),
                           in_quotes(*path), checked.error().message);
  asset.path = *std::move(path);
  return asset;
}

Result<std::vector<Asset>> read_assets(const Section& root) {
  std::vector<Asset> assets;
  auto tables = TRY(read_tables(root, "assets",
                                "a list of tables, [{ path = \"public\", guest = \"/static\" }]"));
  if (!tables) return assets;
  for (const Section& entry : *tables) {
    Asset asset = TRY(read_asset(entry));
    if (std::ranges::find(assets, asset.guest, &Asset::guest) != assets.end())
      return entry.fail_at(entry.find("guest")->source(), "{}: {} is there twice",
                           root.name("assets"), in_quotes(asset.guest));
    assets.push_back(std::move(asset));
  }
  return assets;
}

Result<ClaimsSection> read_claims(const Section& section) {
  TRY(section.check_keys({"capabilities", "module", "revision", "tags", "valid-days", "version"}));
  auto module = TRY(section.string("module", "a module's key, \"M…\", or the name of one"));
  if (!module)
    return section.fail_at(section.table().source(), "{} is missing", section.name("module"));
  ClaimsSection claims{.module = *std::move(module)};
  claims.capabilities = TRY(section.strings("capabilities", "a list of names, [\"wascc:logging\"]",
                                            limits::kClaimedNames, check_word));
  claims.tags = TRY(section.strings("tags", "a list of words", limits::kClaimedNames, check_word));
  claims.version = TRY(section.string("version", "a string")).value_or("");
  claims.revision = TRY(section.number("revision"));
  claims.valid_days = TRY(section.number("valid-days"));
  if (claims.valid_days > limits::kClaimDays)
    return section.fail_at(section.find("valid-days")->source(), "{} is more than {}",
                           section.name("valid-days"), limits::kClaimDays);
  return claims;
}

Result<ApplicationFile> read_file_section(const Section& root) {
  TRY(root.check_keys({"assets", "build", "claims", "limits", "name", "permissions", "trigger"}));
  ApplicationFile file;
  file.name = TRY(root.string("name", "a string"));
  if (file.name)
    if (auto checked = check_application_name(*file.name); !checked)
      return root.fail_at(root.find("name")->source(), "'name': {} {}", in_quotes(*file.name),
                          checked.error().message);
  file.trigger =
      TRY(read_word(root, "trigger", {Trigger::Command, Trigger::Http})).value_or(Trigger::Command);
  if (auto section = TRY(root.section("build"))) file.build = TRY(read_build(*section));
  file.assets = TRY(read_assets(root));
  if (auto section = TRY(root.section("claims"))) file.claims = TRY(read_claims(*section));
  if (auto section = TRY(root.section("permissions")))
    TRY(read_permissions(*section, file.request));
  if (auto section = TRY(root.section("limits"))) file.request.limits = TRY(read_limits(*section));
  return file;
}

}  // namespace

Result<ApplicationFile> parse_application_file(std::string_view text, std::string_view file_name) {
  toml::table table = TRY(parse_toml(text, file_name));
  return read_file_section(Section(table, "", file_name));
}

}  // namespace wherry::policy
