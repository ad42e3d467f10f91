#include "oci/spin_application.h"

#include <algorithm>

#include "oci/limits.h"
#include "support/base64.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::oci {

const Descriptor* find_spin_application(const Manifest& manifest) {
  const auto found =
      std::ranges::find(manifest.layers, media_type::kSpinApplication, &Descriptor::media_type);
  if (found != manifest.layers.end()) return &*found;
  return manifest.config.media_type == media_type::kSpinApplication ? &manifest.config : nullptr;
}

static Result<std::optional<Digest>> read_digest(const Json& object) {
  const std::optional<std::string> text = TRY(json_string(object, "digest"));
  if (!text) return std::nullopt;
  return TRY(parse_digest(*text));
}

static Result<SpinFile> read_file_entry(const Json& object) {
  SpinFile file;
  file.path = TRY(json_string(object, "path")).value_or("");
  if (file.path.empty() || file.path.size() > limits::kTarPathBytes)
    return fail(ErrorCode::Malformed, "a file needs a path of 1 to {} bytes",
                limits::kTarPathBytes);
  file.digest = TRY(read_digest(object));
  if (const auto text = TRY(json_string(object, "inline"))) {
    const Bytes content = TRY(base64_decode(*text));
    if (file.digest && sha256(content) != *file.digest)
      return fail(ErrorCode::Malformed, "its content has another digest");
    file.content = as_text(content);
  }
  if (!file.content && !file.digest)
    return fail(ErrorCode::Malformed, "it has neither content nor a digest");
  return file;
}

static Result<std::vector<SpinFile>> read_files(const Json& component) {
  std::vector<SpinFile> files;
  const Json* members = TRY(json_array(component, "files"));
  if (!members) return files;
  if (members->size() > limits::kTarEntries)
    return fail(ErrorCode::Invalid, "has more than {} files", limits::kTarEntries);
  for (const Json& member : *members)
    files.push_back(TRY(with_context(read_file_entry(member), "file {}", files.size())));
  return files;
}

static Result<std::vector<std::pair<std::string, std::string>>> read_environment(
    const Json& component) {
  std::vector<std::pair<std::string, std::string>> environment;
  const Json* members = TRY(json_object(component, "env"));
  if (!members) return environment;
  if (members->size() > limits::kContainerWords)
    return fail(ErrorCode::Invalid, "'env' has more than {} entries", limits::kContainerWords);
  for (const auto& [name, member] : members->items()) {
    const std::string value = TRY(json_string(*members, name.c_str())).value_or("");
    // Variables end at a NUL wherever they are passed on.
    const bool is_name =
        !name.empty() && name.find_first_of(std::string_view("=\0", 2)) == name.npos;
    if (!is_name || value.find('\0') != value.npos)
      return fail(ErrorCode::Malformed, "'env' has '{}', which is no variable", quote(name, 40));
    if (name.size() + value.size() > limits::kContainerWordBytes)
      return fail(ErrorCode::Invalid, "'env' has an entry of more than {} bytes",
                  limits::kContainerWordBytes);
    environment.emplace_back(name, value);
  }
  return environment;
}

static Result<bool> has_source(const Json& component, const Digest& module) {
  const Json* source = TRY(json_object(component, "source"));
  return source && TRY(read_digest(*source)) == module;
}

static Result<SpinApplication> read_application(std::string_view json, const Digest& module) {
  const Json document =
      TRY(parse_json(json, {.size_bytes_max = limits::kManifestBytes, .depth_max = 64}));
  if (!document.is_object()) return fail(ErrorCode::Malformed, "expected a JSON object");
  const Json* components = TRY(json_array(document, "components"));
  const Json* found = nullptr;
  if (!components) return fail(ErrorCode::Malformed, "has no components");
  for (const Json& component : *components) {
    if (!TRY(has_source(component, module))) continue;
    if (found)
      return fail(ErrorCode::Unsupported,
                  "has several components of the same module; nothing says which is to start");
    found = &component;
  }
  if (!found) return fail(ErrorCode::Malformed, "has no component of the image's module");
  return SpinApplication{.files = TRY(read_files(*found)),
                         .environment = TRY(read_environment(*found))};
}

Result<SpinApplication> parse_spin_application(std::string_view json, const Digest& module) {
  return with_context(read_application(json, module), "spin application");
}

}  // namespace wherry::oci
