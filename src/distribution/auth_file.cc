#include "distribution/auth_file.h"

#include <algorithm>

#include "distribution/limits.h"
#include "support/base64.h"
#include "support/quotes.h"

namespace wherry::distribution {

static constexpr std::string_view kHubKey = "https://index.docker.io/v1/";

std::string canonical_registry(std::string_view registry) {
  bool is_hub = registry == "docker.io" || registry == "index.docker.io" ||
                registry == "registry-1.docker.io";
  return is_hub ? "docker.io" : std::string(registry);
}

std::string canonical_key(std::string_view key) {
  bool has_scheme = false;
  for (std::string_view scheme : {"https://", "http://"})
    if (key.starts_with(scheme)) {
      key.remove_prefix(scheme.size());
      has_scheme = true;
    }
  std::string_view host = key.substr(0, key.find('/'));
  std::string_view path = key.substr(host.size());
  while (path.ends_with('/')) path.remove_suffix(1);
  // The path of a URL is the API's, not a namespace.
  if (has_scheme || path == "/v1" || path == "/v2") path = {};
  return canonical_registry(host) + std::string(path);
}

std::string written_key(std::string_view registry_or_namespace) {
  std::string key = canonical_key(registry_or_namespace);
  return key == "docker.io" ? std::string(kHubKey) : key;
}

// The members that we read have the types that we expect.
static Result<> check_members(const OrderedJson& document) {
  for (const char* member : {"auths", "credHelpers"}) {
    auto found = document.find(member);
    if (found == document.end() || found->is_null()) continue;
    if (!found->is_object()) return fail(ErrorCode::Malformed, "'{}' is no object", member);
    bool is_auths = member == std::string_view("auths");
    for (const auto& [key, value] : found->items())
      if (is_auths ? !value.is_object() : !value.is_string())
        return fail(ErrorCode::Malformed, "{} of '{}' is no {}", in_quotes(key), member,
                    is_auths ? "object" : "string");
  }
  auto store = document.find("credsStore");
  if (store != document.end() && !store->is_null() && !store->is_string())
    return fail(ErrorCode::Malformed, "'credsStore' is no string");
  return {};
}

Result<AuthFile> AuthFile::parse(std::string_view json) {
  if (json.find_first_not_of(" \t\r\n") == json.npos) return AuthFile(OrderedJson::object());
  // Checks limits and form; its own value would forget the members' order.
  TRY(parse_json(json, {.size_bytes_max = limits::kAuthFileBytes, .depth_max = 32}));
  OrderedJson document = OrderedJson::parse(json, nullptr, false);
  if (!document.is_object()) return fail(ErrorCode::Malformed, "expected a JSON object");
  TRY(check_members(document));
  return AuthFile(std::move(document));
}

// Tabs, as docker writes it.
std::string AuthFile::to_json() const {
  return document_.dump(1, '\t', false, OrderedJson::error_handler_t::replace) + "\n";
}

const OrderedJson* AuthFile::entry(std::string_view canonical) const {
  auto auths = document_.find("auths");
  if (auths == document_.end() || !auths->is_object()) return nullptr;
  // A key that is written just so goes before one that means the same.
  if (auto exact = auths->find(std::string(canonical)); exact != auths->end()) return &*exact;
  for (auto at = auths->begin(); at != auths->end(); ++at)
    if (canonical_key(at.key()) == canonical) return &*at;
  return nullptr;
}

static Result<std::string> text_member(const OrderedJson& entry, const char* member) {
  auto found = entry.find(member);
  if (found == entry.end() || found->is_null()) return std::string();
  if (!found->is_string()) return fail(ErrorCode::Malformed, "'{}' is no string", member);
  return found->get<std::string>();
}

static Result<Credential> read_entry(const OrderedJson& entry) {
  Credential credential{.user = TRY(text_member(entry, "username")),
                        .password = TRY(text_member(entry, "password")),
                        .identity_token = TRY(text_member(entry, "identitytoken")),
                        .registry_token = TRY(text_member(entry, "registrytoken"))};
  std::string auth = TRY(text_member(entry, "auth"));
  if (auth.empty()) return credential;
  Bytes decoded = TRY(with_context(base64_decode(auth), "'auth'"));
  std::string_view pair = as_text(decoded);
  size_t colon = pair.find(':');
  if (colon == pair.npos)
    return fail(ErrorCode::Malformed, "'auth' is not USER:PASSWORD in base64");
  credential.user = pair.substr(0, colon);
  credential.password = pair.substr(colon + 1);
  // docker's own files end so now and then, and docker cuts it off.
  while (credential.password.ends_with('\0')) credential.password.pop_back();
  return credential;
}

Result<std::optional<Credential>> AuthFile::find(std::string_view registry,
                                                 std::string_view repository) const {
  std::string place = canonical_registry(registry);
  if (!repository.empty()) place += "/" + std::string(repository);
  for (;; place.resize(place.rfind('/'))) {
    if (const OrderedJson* found = entry(place)) {
      Credential credential =
          TRY(with_context(read_entry(*found), "'auths', {}", in_quotes(place)));
      if (!credential.empty()) return credential;
    }
    if (place.find('/') == place.npos) return std::nullopt;
  }
}

std::string AuthFile::helper_at(const char* member, std::string_view registry) const {
  auto helpers = document_.find(member);
  if (helpers == document_.end() || !helpers->is_object()) return {};
  for (auto at = helpers->begin(); at != helpers->end(); ++at)
    if (canonical_key(at.key()) == registry) return at->get<std::string>();
  return {};
}

std::string AuthFile::helper_of(std::string_view registry) const {
  return helper_at("credHelpers", canonical_registry(registry));
}

std::string AuthFile::default_helper() const {
  auto store = document_.find("credsStore");
  return store != document_.end() && store->is_string() ? store->get<std::string>() : std::string();
}

void AuthFile::put(std::string_view registry_or_namespace,
                   const std::optional<Credential>& credential) {
  erase(registry_or_namespace);
  OrderedJson entry = OrderedJson::object();
  if (credential && !credential->user.empty())
    entry["auth"] = base64_encode(as_bytes(credential->user + ":" + credential->password));
  if (credential && !credential->identity_token.empty())
    entry["identitytoken"] = credential->identity_token;
  if (credential && !credential->registry_token.empty())
    entry["registrytoken"] = credential->registry_token;
  OrderedJson& auths = document_["auths"];
  if (!auths.is_object()) auths = OrderedJson::object();
  auths[written_key(registry_or_namespace)] = std::move(entry);
}

bool AuthFile::erase(std::string_view registry_or_namespace) {
  auto auths = document_.find("auths");
  if (auths == document_.end() || !auths->is_object()) return false;
  const std::string canonical = canonical_key(registry_or_namespace);
  bool was_there = false;
  for (auto at = auths->begin(); at != auths->end();) {
    bool is_meant = canonical_key(at.key()) == canonical;
    was_there = was_there || is_meant;
    at = is_meant ? auths->erase(at) : std::next(at);
  }
  return was_there;
}

std::vector<std::string> AuthFile::keys() const {
  std::vector<std::string> keys;
  for (const char* member : {"auths", "credHelpers"}) {
    auto found = document_.find(member);
    if (found == document_.end() || !found->is_object()) continue;
    for (auto at = found->begin(); at != found->end(); ++at)
      keys.push_back(canonical_key(at.key()));
  }
  std::ranges::sort(keys);
  keys.erase(std::ranges::unique(keys).begin(), keys.end());
  return keys;
}

}  // namespace wherry::distribution
