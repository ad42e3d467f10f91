// The only file that knows the TOML library. It is used as headers and with its exceptions switched off, so
// that a syntax error is a value.
#include "policy/application_file.h"

#include <algorithm>
#include <initializer_list>

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/size.h"

#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_MAX_NESTED_VALUES wherry::policy::limits::kApplicationFileNesting
#include <toml++/toml.h>

namespace wherry::policy {

const char* to_string(Trigger trigger) { return trigger == Trigger::Command ? "command" : "http"; }

const char* to_string(Language language) {
  switch (language) {
    case Language::C: return "c";
    case Language::Wat: return "wat";
    case Language::Wasm: return "wasm";
  }
  return "unknown";
}

namespace {

using Keys = std::initializer_list<std::string_view>;

const char* type_text(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::string: return "a string";
    case toml::node_type::integer: return "a whole number";
    case toml::node_type::floating_point: return "a number with a point";
    case toml::node_type::boolean: return "true or false";
    case toml::node_type::array: return "a list";
    case toml::node_type::table: return "a table";
    default: return "a date or a time";
  }
}

// How many letters must be put in, taken out or changed to make `b` of `a` (Levenshtein's distance).
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); j++) row[j] = j;
  for (size_t i = 1; i <= a.size(); i++) {
    size_t diagonal = std::exchange(row[0], i);
    for (size_t j = 1; j <= b.size(); j++) {
      size_t changed = diagonal + (a[i - 1] != b[j - 1]);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, changed});
    }
  }
  return row.back();
}

// "did you mean 'permissions'?" where one of them is near, else the list of them all.
std::string suggestion(std::string_view word, Keys known) {
  word = word.substr(0, 64);  // the distance takes the product of the lengths
  std::string_view nearest = *std::ranges::min_element(
      known, {}, [word](std::string_view candidate) { return edit_distance(word, candidate); });
  if (edit_distance(word, nearest) <= nearest.size() / 2)
    return fmt::format("did you mean '{}'?", nearest);
  return fmt::format("known: {}", fmt::join(known, ", "));
}

// One table of the file: where it is, and the reading of its values, each by type.
class Section {
 public:
  Section(const toml::table& table, std::string path, std::string_view file_name)
      : table_(table), path_(std::move(path)), file_name_(file_name) {}

  template <class... Args>
  std::unexpected<Error> fail_at(const toml::source_region& where, fmt::format_string<Args...> format,
                                 Args&&... args) const {
    return fail(ErrorCode::Invalid, "{}:{}: {}", file_name_, where.begin.line,
                fmt::format(format, std::forward<Args>(args)...));
  }

  // How messages name a key of this table: 'permissions.directories'. Keys that get here are ours.
  std::string name(std::string_view key) const {
    return path_.empty() ? fmt::format("'{}'", key) : fmt::format("'{}.{}'", path_, key);
  }

  // No key but these. The first offender in the file is reported; the library's order is the alphabet's.
  Result<> check_keys(Keys known) const {
    const toml::key* offender = nullptr;
    for (auto&& [key, value] : table_)
      if (std::ranges::find(known, key.str()) == known.end())
        if (!offender || key.source().begin < offender->source().begin) offender = &key;
    if (!offender) return {};
    std::string_view key = offender->str();
    return fail_at(offender->source(), "unknown key {} ({})",
                   in_quotes(path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key)),
                   suggestion(key, known));
  }

  const toml::node* find(std::string_view key) const { return table_.get(key); }

  std::unexpected<Error> wrong_type(const toml::node& node, const std::string& what,
                                    std::string_view expected) const {
    return fail_at(node.source(), "{} is {}, expected {}", what, type_text(node), expected);
  }

  Result<std::optional<std::string>> string(std::string_view key, std::string_view expected) const {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    if (!node->is_string()) return wrong_type(*node, name(key), expected);
    return node->as_string()->get();
  }

  // A list, or nullptr where there is none.
  Result<const toml::array*> list(std::string_view key, std::string_view expected,
                                  size_t count_max) const {
    const toml::node* node = find(key);
    if (!node) return nullptr;
    if (!node->is_array()) return wrong_type(*node, name(key), expected);
    if (node->as_array()->size() > count_max)
      return fail_at(node->source(), "{} has {} entries, more than the limit of {}", name(key),
                     node->as_array()->size(), count_max);
    return node->as_array();
  }

  // A list of different strings, each of which `check` accepts.
  Result<std::vector<std::string>> strings(std::string_view key, std::string_view expected,
                                           size_t count_max, Result<> (*check)(std::string_view)) const {
    std::vector<std::string> values;
    const toml::array* array = TRY(list(key, expected, count_max));
    if (!array) return values;
    for (const toml::node& node : *array) {
      if (!node.is_string()) return wrong_type(node, "an entry of " + name(key), expected);
      const std::string& value = node.as_string()->get();
      if (auto checked = check(value); !checked)
        return fail_at(node.source(), "{}: {} {}", name(key), in_quotes(value), checked.error().message);
      values.push_back(value);
    }
    return values;
  }

  // A table within this one, or nullopt.
  Result<std::optional<Section>> section(std::string_view key) const {
    const toml::node* node = find(key);
    if (!node) return std::nullopt;
    if (!node->is_table())
      return wrong_type(*node, name(key), fmt::format("a table (a line [{}] and its keys below)", key));
    return inner(*node->as_table(), std::string(key));
  }

  Section inner(const toml::table& table, std::string key) const {
    return Section(table, path_.empty() ? std::move(key) : path_ + "." + key, file_name_);
  }

  const toml::table& table() const { return table_; }

 private:
  const toml::table& table_;
  std::string path_;  // "permissions", empty for the file itself
  std::string_view file_name_;
};

Result<> check_flag(std::string_view flag) {
  if (flag.empty()) return fail(ErrorCode::Invalid, "is empty");
  if (flag.size() > limits::kFlagBytes)
    return fail(ErrorCode::Invalid, "is longer than {} bytes", limits::kFlagBytes);
  for (char c : flag)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      return fail(ErrorCode::Invalid, "has a control character");
  return {};
}

// Fails at the second of two equal strings in the list that `values` were read from.
Result<> check_no_repeats(const Section& section, std::string_view key,
                          const std::vector<std::string>& values) {
  for (size_t i = 1; i < values.size(); i++)
    if (std::find(values.begin(), values.begin() + static_cast<ptrdiff_t>(i), values[i]) !=
        values.begin() + static_cast<ptrdiff_t>(i))
      return section.fail_at(section.find(key)->as_array()->get(i)->source(), "{}: {} is there twice",
                             section.name(key), in_quotes(values[i]));
  return {};
}

// One word of a few, as the enumeration whose to_string gives these words.
template <class Enum>
Result<std::optional<Enum>> read_word(const Section& section, std::string_view key,
                                      std::initializer_list<Enum> values) {
  std::string words;
  for (Enum value : values) words += fmt::format("{}\"{}\"", words.empty() ? "" : ", ", to_string(value));
  auto text = TRY(section.string(key, "one of " + words));
  if (!text) return std::nullopt;
  for (Enum value : values)
    if (*text == to_string(value)) return value;
  return section.fail_at(section.find(key)->source(), "{} is {}, expected one of {}", section.name(key),
                         in_quotes(*text), words);
}

Result<BuildSection> read_build(const Section& section) {
  TRY(section.check_keys({"flags", "language", "sources"}));
  BuildSection build;
  build.language = TRY(read_word(section, "language", {Language::C, Language::Wat, Language::Wasm}));
  build.sources = TRY(section.strings("sources", "a list of file names, [\"main.c\"]", limits::kSources,
                                      check_relative_path));
  TRY(check_no_repeats(section, "sources", build.sources));
  build.flags = TRY(section.strings("flags", "a list of strings, [\"-O3\"]", limits::kFlags, check_flag));
  if (const toml::node* sources = section.find("sources"); sources && build.sources.empty())
    return section.fail_at(sources->source(), "{} is empty (leave it out to take all of the language)",
                           section.name("sources"));
  return build;
}

Result<DirectoryRequest> read_directory(const Section& section) {
  TRY(section.check_keys({"access", "guest"}));
  auto guest = TRY(section.string("guest", "an absolute path in quotes"));
  if (!guest) return section.fail_at(section.table().source(), "{} is missing", section.name("guest"));
  if (auto checked = check_guest_path(*guest); !checked)
    return section.fail_at(section.find("guest")->source(), "{}: {} {}", section.name("guest"),
                           in_quotes(*guest), checked.error().message);
  auto access = TRY(read_word(section, "access", {Access::ReadOnly, Access::ReadWrite}));
  return DirectoryRequest{std::move(*guest), access.value_or(Access::ReadOnly)};
}

Result<> read_permissions(const Section& section, Request& request) {
  constexpr std::string_view kDirectoriesForm =
      "a list of tables, [{ guest = \"/data\", access = \"read-only\" }]";
  TRY(section.check_keys({"directories", "environment"}));
  if (const toml::array* list =
          TRY(section.list("directories", kDirectoriesForm, limits::kDirectories))) {
    for (const toml::node& node : *list) {
      if (!node.is_table())
        return section.wrong_type(node, "an entry of " + section.name("directories"), kDirectoriesForm);
      Section entry = section.inner(*node.as_table(), "directories");
      DirectoryRequest directory = TRY(read_directory(entry));
      if (std::ranges::find(request.directories, directory.guest, &DirectoryRequest::guest) !=
          request.directories.end())
        return entry.fail_at(entry.find("guest")->source(), "{}: {} is there twice",
                             section.name("directories"), in_quotes(directory.guest));
      request.directories.push_back(std::move(directory));
    }
  }
  request.environment = TRY(section.strings("environment", "a list of names, [\"HOME\"]",
                                            limits::kEnvironmentNames, check_environment_name));
  return check_no_repeats(section, "environment", request.environment);
}

Result<Limits> read_limits(const Section& section) {
  TRY(section.check_keys({"memory"}));
  auto memory = TRY(section.string("memory", "a size in quotes, like \"64MiB\""));
  if (!memory) return Limits{};
  Result<uint64_t> size_bytes = parse_size(*memory);
  if (size_bytes)
    if (auto checked = check_memory_size(*size_bytes); !checked)
      size_bytes = std::unexpected(checked.error());
  if (!size_bytes)
    return section.fail_at(section.find("memory")->source(), "{}: {}", section.name("memory"),
                           size_bytes.error().message);
  return Limits{*size_bytes};
}

Result<ApplicationFile> read_file_section(const Section& root) {
  TRY(root.check_keys({"build", "limits", "name", "permissions", "trigger"}));
  ApplicationFile file;
  file.name = TRY(root.string("name", "a string"));
  if (file.name)
    if (auto checked = check_application_name(*file.name); !checked)
      return root.fail_at(root.find("name")->source(), "'name': {} {}", in_quotes(*file.name),
                          checked.error().message);
  file.trigger = TRY(read_word(root, "trigger", {Trigger::Command, Trigger::Http})).value_or(Trigger::Command);
  if (auto section = TRY(root.section("build"))) file.build = TRY(read_build(*section));
  if (auto section = TRY(root.section("permissions"))) TRY(read_permissions(*section, file.request));
  if (auto section = TRY(root.section("limits"))) file.request.limits = TRY(read_limits(*section));
  return file;
}

// The library's words, without its file name and made to fit into one line.
std::string syntax_error_text(std::string_view description) {
  std::string text;
  for (char c : description.substr(0, 300)) {
    bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    text += control ? ' ' : c;
  }
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] = static_cast<char>(text[0] | 0x20);
  return text;
}

}  // namespace

Result<ApplicationFile> parse_application_file(std::string_view text, std::string_view file_name) {
  if (text.size() > limits::kApplicationFileBytes)
    return fail(ErrorCode::Invalid, "{}: {} bytes exceed the limit of {}", file_name, text.size(),
                limits::kApplicationFileBytes);
  if (std::ranges::count(text, '.') > static_cast<ptrdiff_t>(limits::kApplicationFileDots))
    return fail(ErrorCode::Invalid, "{}: more than {} dots", file_name, limits::kApplicationFileDots);
  toml::parse_result parsed = toml::parse(text);
  if (!parsed)
    return fail(ErrorCode::Malformed, "{}:{}: {}", file_name, parsed.error().source().begin.line,
                syntax_error_text(parsed.error().description()));
  return read_file_section(Section(parsed.table(), "", file_name));
}

}  // namespace wherry::policy
