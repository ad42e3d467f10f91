// The request as an image carries it, in an annotation of its manifest:
// {"directories":[{"access":"read-only","guest":"/data"}],"environment":["TOKEN"],"limits":{"memory_bytes_max":67108864}}
// Members that are empty are left out; lists are sorted, so that equal requests are equal bytes.
// Trust: an image may come from anywhere, so reading is as strict as for wherry.toml.
#include <algorithm>
#include <initializer_list>

#include "policy/limits.h"
#include "policy/names.h"
#include "policy/policy.h"

namespace wherry::policy {

static Json access_json(FileRights access) {
  if (access == kReadOnly || access == kReadWrite) return to_string(access);
  return right_words(access);
}

std::string to_json(const Request& request) {
  Json json = Json::object();  // keeps its keys sorted
  auto directories = request.directories;
  std::ranges::sort(directories, {}, &DirectoryRequest::guest);
  for (const DirectoryRequest& directory : directories)
    json["directories"].push_back(
        {{"access", access_json(directory.access)}, {"guest", directory.guest}});
  auto environment = request.environment;
  std::ranges::sort(environment);
  for (const std::string& name : environment) json["environment"].push_back(name);
  for (const LimitKind& kind : limit_kinds())
    if (auto value = request.limits.*kind.value) json["limits"][kind.json] = *value;
  // Never throws: bytes that are no UTF-8, which no parse_ function lets through, are replaced.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

static Result<> check_members(const Json& object, std::string_view what,
                              std::initializer_list<std::string_view> known) {
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
  TRY(check_members(json, "directory", {"access", "guest"}));
  auto guest = TRY(json_string(json, "guest"));
  if (!guest) return fail(ErrorCode::Malformed, "directory has no 'guest'");
  if (auto checked = check_guest_path(*guest); !checked)
    return fail(ErrorCode::Invalid, "directory {} {}", in_quotes(*guest), checked.error().message);
  FileRights access = TRY(with_context(parse_access(json), "directory {}", in_quotes(*guest)));
  return DirectoryRequest{std::move(*guest), access};
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

static Result<Request> parse_members(std::string_view text) {
  Json json = TRY(parse_json(
      text, {.size_bytes_max = limits::kRequestJsonBytes, .depth_max = limits::kRequestJsonDepth}));
  TRY(check_members(json, "the request", {"directories", "environment", "limits"}));
  Request request;
  if (const Json* list = TRY(json_array(json, "directories")))
    TRY(parse_directories(*list, request));
  if (const Json* list = TRY(json_array(json, "environment")))
    TRY(parse_environment(*list, request));
  if (const Json* object = TRY(json_object(json, "limits"))) {
    TRY(check_members(*object, "limits",
                      {"cpu_time_ms", "fuel", "memory_bytes_max", "stack_bytes_max",
                       "table_entries_max", "threads_max", "timeout_ms"}));
    for (const LimitKind& kind : limit_kinds()) {
      std::optional<uint64_t> value = TRY(json_unsigned(*object, kind.json));
      if (value) TRY(with_context(check_limit(kind, *value), "{}", kind.json));
      request.limits.*kind.value = value;
    }
  }
  return request;
}

Result<Request> parse_request(std::string_view json) {
  return with_context(parse_members(json), "permissions of the image");
}

}  // namespace wherry::policy
