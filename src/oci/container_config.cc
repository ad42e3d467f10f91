#include "oci/container_config.h"

#include "oci/limits.h"
#include "support/json.h"
#include "support/quotes.h"

namespace wherry::oci {

bool is_container_config(std::string_view type) {
  return type == media_type::kContainerConfig || type == media_type::kDockerConfig;
}

std::vector<std::string> ContainerConfig::words() const {
  std::vector<std::string> all = entrypoint;
  all.insert(all.end(), command.begin(), command.end());
  return all;
}

static Result<std::vector<std::string>> read_words(const Json& object, const char* key) {
  std::vector<std::string> words;
  const Json* members = TRY(json_array(object, key));
  if (!members) return words;
  if (members->size() > limits::kContainerWords)
    return fail(ErrorCode::Invalid, "'{}' has more than {} entries", key, limits::kContainerWords);
  for (const Json& member : *members) {
    if (!member.is_string())
      return fail(ErrorCode::Malformed, "'{}' holds something that is no string", key);
    const auto& word = member.get_ref<const std::string&>();
    if (word.size() > limits::kContainerWordBytes)
      return fail(ErrorCode::Invalid, "'{}' has an entry of more than {} bytes", key,
                  limits::kContainerWordBytes);
    // Arguments and variables end at a NUL wherever they are passed on.
    if (word.find('\0') != word.npos)
      return fail(ErrorCode::Malformed, "'{}' has an entry with a NUL", key);
    words.push_back(word);
  }
  return words;
}

static Result<std::map<std::string, std::string>> read_labels(const Json& object) {
  std::map<std::string, std::string> labels;
  const Json* members = TRY(json_object(object, "Labels"));
  if (!members) return labels;
  for (const auto& [name, value] : members->items()) {
    if (!value.is_string())
      return fail(ErrorCode::Malformed, "label '{}' is no string", quote(name, 80));
    labels.emplace(name, value.get_ref<const std::string&>());
  }
  return labels;
}

static Result<ContainerConfig> read_config(std::string_view json) {
  Json document = TRY(parse_json(json, {.size_bytes_max = limits::kConfigBytes, .depth_max = 32}));
  if (!document.is_object()) return fail(ErrorCode::Malformed, "expected a JSON object");
  ContainerConfig config;
  config.platform.os = TRY(json_string(document, "os")).value_or("");
  config.platform.architecture = TRY(json_string(document, "architecture")).value_or("");
  const Json* process = TRY(json_object(document, "config"));
  if (!process) return config;
  config.entrypoint = TRY(read_words(*process, "Entrypoint"));
  config.command = TRY(read_words(*process, "Cmd"));
  config.working_directory = TRY(json_string(*process, "WorkingDir")).value_or("");
  config.labels = TRY(read_labels(*process));
  for (const std::string& variable : TRY(read_words(*process, "Env"))) {
    const size_t equals = variable.find('=');
    if (equals == 0 || equals == variable.npos)
      return fail(ErrorCode::Malformed, "'Env' has '{}', which is no NAME=VALUE",
                  quote(variable, 40));
    config.environment.emplace_back(variable.substr(0, equals), variable.substr(equals + 1));
  }
  return config;
}

Result<ContainerConfig> parse_container_config(std::string_view json) {
  return with_context(read_config(json), "config");
}

Result<> check_platform(const ContainerConfig& config) {
  const std::string& architecture = config.platform.architecture;
  const std::vector<std::string> words = config.words();
  const bool is_for_wasm = architecture.starts_with("wasm") ||
                           config.platform.os.starts_with("wasi") || architecture.empty();
  if (is_for_wasm || words.empty() || words[0].ends_with(".wasm")) return {};
  return fail(ErrorCode::Unsupported,
              "is an ordinary image for {}/{} whose command '{}' is no .wasm file (only images of "
              "WebAssembly modules are run)",
              quote(config.platform.os, 40), quote(architecture, 40), quote(words[0], 80));
}

}  // namespace wherry::oci
