// The request as an image carries it, in an annotation of its manifest:
// {"directories":[{"access":"read-only","guest":"/data"}],"environment":["TOKEN"],"limits":{"memory_bytes_max":67108864}}
// Members that are empty are left out; lists are sorted, so that equal requests are equal bytes.
// Trust: an image may come from anywhere, so reading is as strict as for wherry.toml.
#include <algorithm>
#include <span>

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/policy.h"
#include "support/quotes.h"

namespace wherry::policy {

static Json access_json(FileRights access) {
  if (access == kReadOnly || access == kReadWrite) return to_string(access);
  return right_words(access);
}

static Json directory_json(const DirectoryRequest& directory) {
  Json json = {{"access", access_json(directory.access)}, {"guest", directory.guest}};
  if (directory.quota_bytes) json["quota_bytes"] = *directory.quota_bytes;
  return json;
}

static std::vector<std::string> sorted_texts(const std::vector<NetworkRule>& rules) {
  std::vector<std::string> texts;
  for (const NetworkRule& rule : rules) texts.push_back(to_string(rule));
  std::ranges::sort(texts);
  return texts;
}

std::string to_json(const Request& request) {
  Json json = Json::object();  // keeps its keys sorted
  if (!request.arguments) json["arguments"] = false;
  if (request.clock != Clock::Precise) json["clock"] = to_string(request.clock);
  auto directories = request.directories;
  std::ranges::sort(directories, {}, &DirectoryRequest::guest);
  for (const DirectoryRequest& directory : directories)
    json["directories"].push_back(directory_json(directory));
  auto environment = request.environment;
  std::ranges::sort(environment);
  for (const std::string& name : environment) json["environment"].push_back(name);
  for (const LimitKind& kind : limit_kinds())
    if (auto value = request.limits.*kind.value) json["limits"][kind.json] = *value;
  for (const std::string& rule : sorted_texts(request.network.connect))
    json["network"]["connect"].push_back(rule);
  for (const std::string& rule : sorted_texts(request.network.listen))
    json["network"]["listen"].push_back(rule);
  if (request.random_seed) json["random_seed"] = *request.random_seed;
  if (request.stdio != Streams{}) json["stdio"] = stream_words(request.stdio);
  // Never throws: bytes that are no UTF-8, which no parse_ function lets through, are replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static Result<> check_members(const Json& object, std::string_view what,
                              std::span<const std::string_view> known) {
  if (!object.is_object()) return fail(ErrorCode::Malformed, "{} is not an object", what);
  for (const auto& [key, value] : object.items())
    if (std::ranges::find(known, std::string_view(key)) == known.end())
      return fail(ErrorCode::Unsupported, "{} has an unknown member {} (built by a later version?)",
                  what, in_quotes(key));
  return {};
}

// One of the two names, or a list of rights that has none.
static Result<FileRights> parse_access(const Json& directory) {
  auto member = directory.find("access");
  if (member == directory.end() || member->is_null())
    return fail(ErrorCode::Malformed, "no 'access'");
  FileRights rights;
  if (member->is_string()) {
    const std::string& name = member->get_ref<const std::string&>();
    for (FileRights known : {kReadOnly, kReadWrite})
      if (name == to_string(known)) return known;
    return fail(ErrorCode::Malformed,
                "access {} is neither 'read-only' nor 'read-write' nor a list", in_quotes(name));
  }
  for (const Json& word : *TRY(json_array(directory, "access"))) {
    if (!word.is_string()) return fail(ErrorCode::Malformed, "'access' holds more than strings");
    rights = rights | TRY(parse_file_right(word.get_ref<const std::string&>()));
  }
  if (rights.empty()) return fail(ErrorCode::Malformed, "'access' is empty");
  return rights;
}

static Result<DirectoryRequest> parse_directory(const Json& json) {
  constexpr std::string_view kMembers[] = {"access", "guest", "quota_bytes"};
  TRY(check_members(json, "directory", kMembers));
  auto guest = TRY(json_string(json, "guest"));
  if (!guest) return fail(ErrorCode::Malformed, "directory has no 'guest'");
  if (auto checked = check_guest_path(*guest); !checked)
    return fail(ErrorCode::Invalid, "directory {} {}", in_quotes(*guest), checked.error().message);
  FileRights access = TRY(with_context(parse_access(json), "directory {}", in_quotes(*guest)));
  auto quota_bytes = TRY(json_unsigned(json, "quota_bytes"));
  if (quota_bytes) TRY(with_context(check_quota(*quota_bytes), "directory {}", in_quotes(*guest)));
  return DirectoryRequest{std::move(*guest), access, quota_bytes};
}

static Result<> parse_directories(const Json& list, Request& request) {
  if (list.size() > limits::kDirectories)
    return fail(ErrorCode::Invalid, "{} directories exceed the limit of {}", list.size(),
                limits::kDirectories);
  for (const Json& json : list) {
    DirectoryRequest directory = TRY(parse_directory(json));
    if (std::ranges::find(request.directories, directory.guest, &DirectoryRequest::guest) !=
        request.directories.end())
      return fail(ErrorCode::Invalid, "directory {} is there twice", in_quotes(directory.guest));
    request.directories.push_back(std::move(directory));
  }
  return {};
}

static Result<> parse_environment(const Json& list, Request& request) {
  if (list.size() > limits::kEnvironmentNames)
    return fail(ErrorCode::Invalid, "{} environment variables exceed the limit of {}", list.size(),
                limits::kEnvironmentNames);
  for (const Json& json : list) {
    if (!json.is_string())
      return fail(ErrorCode::Malformed, "'environment' holds more than strings");
    const std::string& name = json.get_ref<const std::string&>();
    if (auto checked = check_environment_name(name); !checked)
      return fail(ErrorCode::Invalid, "environment variable {} {}", in_quotes(name),
                  checked.error().message);
    if (std::ranges::find(request.environment, name) != request.environment.end())
      return fail(ErrorCode::Invalid, "environment variable {} is there twice", name);
    request.environment.push_back(name);
  }
  return {};
}

static Result<> parse_rules(const Json& network, const char* list,
                            Result<NetworkRule> (*parse)(std::string_view),
                            std::vector<NetworkRule>& rules) {
  const Json* texts = TRY(json_array(network, list));
  if (!texts) return {};
  if (texts->size() > limits::kNetworkRules)
    return fail(ErrorCode::Invalid, "'{}' has {} rules, more than the limit of {}", list,
                texts->size(), limits::kNetworkRules);
  for (const Json& text : *texts) {
    if (!text.is_string()) return fail(ErrorCode::Malformed, "'{}' holds more than strings", list);
    rules.push_back(
        TRY(with_context(parse(text.get_ref<const std::string&>()), "network: {}", list)));
  }
  return {};
}

static Result<> parse_network(const Json& json, NetworkRules& network) {
  constexpr std::string_view kMembers[] = {"connect", "listen"};
  TRY(check_members(json, "network", kMembers));
  TRY(parse_rules(json, "connect", parse_connect_rule, network.connect));
  return parse_rules(json, "listen", parse_listen_rule, network.listen);
}

static Result<Limits> parse_limits_object(const Json& object) {
  std::vector<std::string_view> known;
  for (const LimitKind& kind : limit_kinds()) known.push_back(kind.json);
  TRY(check_members(object, "limits", known));
  Limits limits;
  for (const LimitKind& kind : limit_kinds()) {
    std::optional<uint64_t> value = TRY(json_unsigned(object, kind.json));
    if (value) TRY(with_context(check_limit(kind, *value), "{}", kind.json));
    limits.*kind.value = value;
  }
  return limits;
}

// What every program has, in a lesser form.
static Result<> parse_common(const Json& json, Request& request) {
  if (auto arguments = json.find("arguments"); arguments != json.end()) {
    if (!arguments->is_boolean())
      return fail(ErrorCode::Malformed, "'arguments' is not true or false");
    request.arguments = arguments->get<bool>();
  }
  if (auto clock = TRY(json_string(json, "clock"))) request.clock = TRY(parse_clock(*clock));
  request.random_seed = TRY(json_unsigned(json, "random_seed"));
  const Json* words = TRY(json_array(json, "stdio"));
  if (words) request.stdio = {false, false, false};
  for (const Json& word : words ? *words : Json::array()) {
    if (!word.is_string()) return fail(ErrorCode::Malformed, "'stdio' holds more than strings");
    TRY(add_stream(word.get_ref<const std::string&>(), request.stdio));
  }
  return {};
}

static Result<Request> parse_members(std::string_view text) {
  Json json = TRY(parse_json(
      text, {.size_bytes_max = limits::kRequestJsonBytes, .depth_max = limits::kRequestJsonDepth}));
  constexpr std::string_view kMembers[] = {"arguments", "clock",   "directories", "environment",
                                           "limits",    "network", "random_seed", "stdio"};
  TRY(check_members(json, "the request", kMembers));
  Request request;
  if (const Json* list = TRY(json_array(json, "directories")))
    TRY(parse_directories(*list, request));
  if (const Json* list = TRY(json_array(json, "environment")))
    TRY(parse_environment(*list, request));
  if (const Json* object = TRY(json_object(json, "limits")))
    request.limits = TRY(parse_limits_object(*object));
  if (const Json* object = TRY(json_object(json, "network")))
    TRY(parse_network(*object, request.network));
  TRY(parse_common(json, request));
  return request;
}

Result<Request> parse_request(std::string_view json) {
  return with_context(parse_members(json), "permissions of the image");
}

}  // namespace wherry::policy
